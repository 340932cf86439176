// What the two variants of ADS have in common for a stream: requests go in, at most one response a type comes out.
// Neither knows a connection, so both are tried without one.
import type { Turn } from './changes.ts';
import type { Ledger } from './ledger.ts';
import type { Nack } from './nack.ts';
import type { ResourceType, Snapshot } from './snapshot.ts';
import type { TypeStatus } from './status.ts';

/** What a request meant. */
export type Received =
  | { readonly kind: 'asked'; readonly type: ResourceType }
  | { readonly kind: 'acked'; readonly type: ResourceType; readonly version: string }
  | { readonly kind: 'nacked'; readonly type: ResourceType; readonly nack: Nack }
  | { readonly kind: 'ignored'; readonly typeUrl: string };

/** A response, already entered in the books: it must now be written. */
export interface Outgoing {
  readonly type: ResourceType;
  readonly version: string;
  readonly nonce: number;
  readonly resources: readonly string[];
  readonly removed: readonly string[];
  /** With the prefix of gRPC. */
  readonly bytes: Buffer;
  /** There is more to tell of the type, in a response of its own that need not wait. */
  readonly more: boolean;
}

export interface Protocol<Request> {
  /** `at`: milliseconds since 1970. */
  receive(request: Request, at: number): Received;
  /** The next thing to tell of one type, if there is any. Ask in push order; then once more for removals. */
  next(type: ResourceType, snapshot: Snapshot, turn: Turn): Outgoing | undefined;
  /** See Books. */
  settled(): number | undefined;
  behind(): boolean;
  mayRemove(snapshot: Snapshot): boolean;
  due(snapshot: Snapshot): number | undefined;
  status(): Readonly<Record<ResourceType, TypeStatus>>;
}

/**
 * Whether changes of this type are told one after the other, in the snapshot's order. Envoy applies the tables of one
 * response in no certain order, and one may lead to what another has to know first (a gateway's listener sends requests
 * around to its own egress listener). At first there is nothing to be disturbed.
 */
export function inTurn(type: ResourceType, { held }: Ledger): boolean {
  return type === 'route' && held.size > 0;
}

/** A positive whole number, or 0, which is no nonce of ours. */
export function nonceOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}

/** Of these types Envoy leaves out good resources of a refused response; clusters and listeners are taken one by one. */
export function isolates(type: ResourceType): boolean {
  return type === 'endpoint' || type === 'secret' || type === 'route';
}
