// Where an operation of the registry happens, and how namespaces and services are called there.
import { partitionOf } from '#events/names.ts';
import type { ContextEntry } from '#identity/request-context.ts';
import { cloudMapError } from './cloud-map-error.ts';
import type { Members } from './members.ts';
import type { NamespaceRecord, OperationRecord, ServiceRecord } from './records.ts';
import type { EmbeddedRegistry } from './registry.ts';

export interface Place {
  readonly registry: EmbeddedRegistry;
  /** The caller's: nobody reaches into another account's registry. */
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
}

/** One operation: what it asks a permission for (an ARN, `*`: nothing in particular), and what it does. */
export interface Operation {
  readonly resource: (place: Place, members: Members) => string;
  /** Condition keys of this operation. */
  readonly entries?: (members: Members) => readonly ContextEntry[];
  readonly run: (place: Place, members: Members) => Promise<object>;
}

const arn = ({ region, account }: Place, resource: string): string =>
  `arn:${partitionOf(region)}:servicediscovery:${region}:${account}:${resource}`;
export const arnOfNamespace = (place: Place, id: string): string => arn(place, `namespace/${id}`);
export const arnOfService = (place: Place, id: string): string => arn(place, `service/${id}`);

/** The id in what may be an id or an ARN; one of another account is nobody's here. */
export function idIn(place: Place, written: string): string {
  const [, , , , account, resource] = written.split(':');
  if (!written.startsWith('arn:')) return written;
  return account === place.account ? (resource?.split('/')[1] ?? '') : '';
}

export async function namespaceAt(place: Place, written: string): Promise<NamespaceRecord> {
  const found = await place.registry.namespace(place.account, idIn(place, written));
  if (found === undefined) throw cloudMapError('NamespaceNotFound', `There is no namespace ${written}`);
  return found;
}

export async function serviceAt(place: Place, written: string): Promise<ServiceRecord> {
  const found = await place.registry.service(place.account, idIn(place, written));
  if (found === undefined) throw cloudMapError('ServiceNotFound', `There is no service ${written}`);
  return found;
}

/** What a write is answered with; by then it is done. */
export const done = (
  place: Place,
  type: OperationRecord['type'],
  targets: OperationRecord['targets'],
): OperationRecord => ({
  id: place.id(),
  type,
  at: place.now(),
  targets,
});

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** The items after the one that the token names, `most` of them; ordered by id, so that each is shown once. */
export function pageOf<T extends { readonly id: string }>(all: readonly T[], most: number, token?: string): Page<T> {
  const last = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const ordered = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const rest = last === undefined ? ordered : ordered.filter(({ id }) => id > last);
  const items = rest.slice(0, most);
  const end = items.at(-1);
  if (rest.length === items.length || end === undefined) return { items };
  return { items, NextToken: Buffer.from(end.id).toString('base64url') };
}
