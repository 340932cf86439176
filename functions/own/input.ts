// The request of an operation of ours: its members read from path, query and body by the table, every fault of it in
// one refusal.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Fault } from '#events/model/validate.ts';
import { bodyOf } from '../body.ts';
import { pathParameter } from '../path.ts';
import { queryFaults } from '../query.ts';
import { granted, Refused } from '../refused.ts';
import type { OwnMember, OwnOperation } from './operations.ts';

type ValueOf<M extends OwnMember> = M extends { type: 'integer' }
  ? number
  : M extends { type: 'boolean' }
    ? boolean
    : M extends { type: 'array' }
      ? readonly unknown[]
      : string;
type RequiredIn<M> = { [K in keyof M]: M[K] extends { required: true } ? K : never }[keyof M];
type Members<O extends OwnOperation> = O['members'];

/** The members of a request as the table types them. */
export type Input<O extends OwnOperation> = {
  readonly [K in RequiredIn<Members<O>>]: ValueOf<Members<O>[K]>;
} & { readonly [K in Exclude<keyof Members<O>, RequiredIn<Members<O>>>]?: ValueOf<Members<O>[K]> };

/** Reads and checks a request. A member that is null counts as absent. */
export function inputOf<O extends OwnOperation>(operation: O, event: APIGatewayProxyEvent): Input<O> {
  const body = granted(bodyOf(event)).members;
  const inQuery = Object.entries(operation.members).flatMap(([name, member]) => (member.in === 'query' ? [name] : []));
  const faults: Fault[] = [...queryFaults(event, new Set(inQuery))];
  const input: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(operation.members)) {
    const value = member.in === 'body' ? ownValue(body, name) : readAs(member, travelled(event, name, member.in));
    if (value !== undefined && value !== null) input[name] = value;
    faults.push(...faultsOf(name, member, value ?? undefined));
  }
  for (const name of Object.keys(body)) {
    if (operation.members[name]?.in !== 'body' || !Object.hasOwn(operation.members, name)) {
      faults.push({ path: name, message: `Member '${name}' is unknown: the body has no member of this name` });
    }
  }
  if (faults.length > 0) throw new Refused({ refused: 'invalid', faults });
  // Each member was checked against the table from which the type is made.
  return input as Input<O>;
}

const ownValue = (body: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(body, name) ? body[name] : undefined;

const travelled = (event: APIGatewayProxyEvent, name: string, place: 'path' | 'query'): string | undefined =>
  place === 'path' ? pathParameter(event, name) : event.queryStringParameters?.[name];

/** What travels as text: numbers and truth as such, where the text is any. */
function readAs({ type }: OwnMember, text: string | undefined): unknown {
  if (type === 'integer' && text !== undefined && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function faultsOf(name: string, member: OwnMember, value: unknown): readonly Fault[] {
  const rule = value === undefined ? missing(member) : broken(member, value);
  const shown = value === undefined ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  if (rule === undefined) return [];
  return [{ path: name, message: `Value ${shown} at '${name}' failed to satisfy constraint: Member must ${rule}` }];
}

const missing = ({ required }: OwnMember): string | undefined => (required === true ? 'not be null' : undefined);

/** The first rule that a value breaks; undefined when it keeps all. */
function broken(member: OwnMember, value: unknown): string | undefined {
  const { type, minimum = -Infinity, maximum = Infinity, enum: values, pattern } = member;
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'be true or false';
  if (type === 'array') return Array.isArray(value) ? undefined : 'be a list';
  if (type === 'integer') {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'be a whole number';
    if (value < minimum) return `have value greater than or equal to ${minimum}`;
    return value > maximum ? `have value less than or equal to ${maximum}` : undefined;
  }
  if (typeof value !== 'string') return 'be a string';
  if (member.required === true && value === '') return 'have length greater than or equal to 1';
  if (values !== undefined && !values.includes(value)) return `satisfy enum value set: [${values.join(', ')}]`;
  return pattern === undefined || new RegExp(pattern, 'u').test(value)
    ? undefined
    : `satisfy regular expression pattern: ${pattern}`;
}
