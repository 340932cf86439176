// The wire, inwards: an API Gateway proxy event -> the members of an operation's request, checked against the contract.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Tag } from '#events/event.ts';
import { shapes } from '#events/model/contract.ts';
import { nameMember, type Operation } from '#events/model/operations.ts';
import { enough, type Fault, validate, withoutNulls } from '#events/model/validate.ts';
import type { Refusal } from '#events/refusal.ts';
import { nameFaults } from '#events/rules/name.ts';
import { specFaults } from '#events/rules.ts';
import type { Spec } from '#events/spec.ts';
import { tagFaults } from '#events/tags.ts';
import { bodyOf } from '../body.ts';
import { pathParameter } from '../path.ts';
import { queryFaults } from '../query.ts';

/** The members of a request as the contract's input shape has them. */
export type Request = Readonly<Record<string, unknown>>;

/** Reads and checks a request; every fault of it is in the one refusal. */
export function requestOf(operation: Operation, event: APIGatewayProxyEvent): { readonly request: Request } | Refusal {
  const body = bodyOf(event);
  if ('refused' in body) return body;
  // Without a prototype: the names are the caller's.
  const travelled: Record<string, unknown> = Object.create(null);
  const faults: Fault[] = [...queryFaults(event, queryMembers(operation))];
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
  if (faults.length === 0) return { request: withoutNulls(travelled) as Request };
  return { refused: 'invalid', faults: [...faults, ...ruleFaults(operation, travelled, faults)] };
}

const queryMembers = (operation: Operation): ReadonlySet<string> =>
  new Set(Object.entries(operation.members).flatMap(([member, { in: place }]) => (place === 'query' ? [member] : [])));

/**
 * The rules that a faulty request breaks besides, for one answer that has them all: those of the members that have their
 * shape. A request without a fault is judged by them when it is decided, after the caller's permission.
 */
function ruleFaults({ kind, verb }: Operation, travelled: Request, faults: readonly Fault[]): readonly Fault[] {
  // Where the checker has stopped, nobody knows what has its shape.
  if (faults.length >= enough) return [];
  const shaped = (member: string): unknown => {
    const faulty = faults.some(({ path }) => path.split(/[.[]/, 1)[0] === member);
    return faulty ? undefined : (withoutNulls(travelled[member]) ?? undefined);
  };
  const tags = tagFaults((shaped('tags') ?? []) as readonly Tag[]);
  if (kind === undefined || (verb !== 'Create' && verb !== 'Update')) return tags;
  const name = shaped(nameMember(kind));
  const spec = shaped('spec');
  return [
    ...(name === undefined ? [] : nameFaults({ kind, name: String(name) })),
    ...(spec === undefined ? [] : specFaults(kind, spec as Spec)),
    ...tags,
  ];
}

/** What travels as text in a path or query: numbers as such, where they are any. */
function readAs(shapeName: string, text: string): unknown {
  const type = shapes[shapeName]?.type;
  const numeric = (type === 'integer' || type === 'long') && /^-?\d+$/.test(text);
  return numeric ? Number(text) : text;
}
