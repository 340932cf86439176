// The query string of a request, by an operation's table: what no member of it is named so, or is there twice, would be
// passed over in silence, and a misspelt `limit` with it.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { constraint, type Fault } from '#events/model/validate.ts';

// A signature may travel in the query (X-Amz-Signature and its companions), and Smithy's clients name the operation there
// where the paths of two would be the same.
const signatures = /^x-amz-/i;
const operationName = 'x-id';

/** The faults of a query whose members may be `known`; each of them is one value. */
export function queryFaults(event: APIGatewayProxyEvent, known: ReadonlySet<string>): readonly Fault[] {
  return Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(
    ([name, values = []]): readonly Fault[] => {
      if (known.has(name)) {
        return values.length > 1 ? [constraint(name, values, 'Member must be given once in the query')] : [];
      }
      if (name === operationName || signatures.test(name)) return [];
      return [{ path: name, message: `Member '${name}' is unknown: the query has no member of this name` }];
    },
  );
}
