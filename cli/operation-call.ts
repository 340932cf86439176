// One operation of the App Mesh API as an HTTP call, from the same table that drives the service.
import { type Operation, operations } from '#events/model/operations.ts';
import type { Call } from './client.ts';

type Input = Readonly<Record<string, unknown>>;

/** The call of an operation (`CreateRoute`) with its input as `aws appmesh … --cli-input-json` takes it. */
export function operationCall(name: string, input: Input): Call {
  const operation = operations.find((one) => one.name === name);
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  const path = operation.uri.replace(/\{(\w+)\}/g, (_, member: string) => pathPart(String(input[member] ?? '')));
  const query = Object.fromEntries(
    Object.entries(input)
      .filter(([member]) => operation.members[member]?.in === 'query')
      .map(([member, value]) => [member, String(value)]),
  );
  const body = Object.fromEntries(
    Object.entries(input).filter(([member]) => operation.members[member]?.in === undefined),
  );
  const method = methodOf(operation);
  return method === 'PUT' || method === 'POST' ? { method, path, query, body } : { method, path, query };
}

function methodOf(operation: Operation): Call['method'] {
  const { method } = operation;
  if (method === 'GET' || method === 'PUT' || method === 'POST' || method === 'DELETE') return method;
  throw new Error(`${operation.name} has the method ${method}`);
}

// A signature covers the path as it is sent, and URLs leave !'()* as they are: encode them as well.
function pathPart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
