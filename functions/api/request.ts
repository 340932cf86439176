// The wire, inwards: an API Gateway proxy event -> the members of an operation's request, checked against the contract.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { shapes } from '#events/model/contract.ts';
import type { Operation } from '#events/model/operations.ts';
import { type Fault, validate, withoutNulls } from '#events/model/validate.ts';
import type { Refusal } from '#events/refusal.ts';
import { bodyOf } from '../body.ts';
import { pathParameter } from '../path.ts';

/** The members of a request as the contract's input shape has them. */
export type Request = Readonly<Record<string, unknown>>;

/** Reads and checks a request; every fault of it is in the one refusal. */
export function requestOf(operation: Operation, event: APIGatewayProxyEvent): { readonly request: Request } | Refusal {
  const body = bodyOf(event);
  if ('refused' in body) return body;
  // Without a prototype: the names are the caller's.
  const travelled: Record<string, unknown> = Object.create(null);
  const faults: Fault[] = [];
  for (const [member, value] of Object.entries(body.members)) {
    const known = Object.hasOwn(operation.members, member) ? operation.members[member] : undefined;
    // A member that is null counts as absent, wherever it belongs.
    if (known?.in === undefined) travelled[member] = value;
    else if (value !== null)
      faults.push({ path: member, message: `Member '${member}' does not belong into the body of ${operation.name}` });
  }
  for (const [member, { in: place, shape }] of Object.entries(operation.members)) {
    if (place === undefined) continue;
    const text = place === 'path' ? pathParameter(event, member) : event.queryStringParameters?.[member];
    if (text !== undefined) travelled[member] = readAs(shape, text);
  }
  faults.push(...validate(operation.input, travelled));
  return faults.length > 0 ? { refused: 'invalid', faults } : { request: withoutNulls(travelled) as Request };
}

/** What travels as text in a path or query: numbers as such, where they are any. */
function readAs(shapeName: string, text: string): unknown {
  const type = shapes[shapeName]?.type;
  const numeric = (type === 'integer' || type === 'long') && /^-?\d+$/.test(text);
  return numeric ? Number(text) : text;
}
