// The parameters of a request's path: the router gives them as they came, still percent-encoded.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalid } from '#events/refusal.ts';
import { Refused } from './refused.ts';

/** A parameter of the path as text; undefined when the route has none of this name. */
export function pathParameter(event: APIGatewayProxyEvent, name: string): string | undefined {
  const encoded = event.pathParameters?.[name];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new Refused(
      invalid(
        name,
        `Value '${encoded}' at '${name}' failed to satisfy constraint: Member must be percent-encoded UTF-8`,
      ),
    );
  }
}
