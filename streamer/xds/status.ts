// What can be seen of a stream from outside: its status at a moment, and the events of its life.
// Events carry names, versions and Envoy's words, never bytes.
import type { Asker } from './admission.ts';
import type { Nack } from './nack.ts';
import type { ResourceType } from './snapshot.ts';

/** Delta ADS tells what changed; state of the world tells all of a type. */
export type Mode = 'delta' | 'sotw';

/** Versions of the last response sent and the last one acknowledged; the refusal that stands. */
export interface TypeStatus {
  readonly sent?: string;
  readonly acked?: string;
  readonly nack?: Nack;
}

/** One open stream of an admitted Envoy. */
export interface StreamStatus {
  /** A number of this process's own. */
  readonly stream: number;
  /** The canonical key that admission gave. */
  readonly resource: string;
  readonly node: string;
  /** The Envoy's address, `host:port`, or `unix:PATH` of ours. */
  readonly peer: string;
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The newest snapshot that there is, the newest told in full, and the newest one acknowledged in full. */
  readonly sequence?: { readonly newest?: number; readonly sent?: number; readonly acked?: number };
  readonly types: Readonly<Record<ResourceType, TypeStatus>>;
}

/** Of which stream an event speaks; who asks is missing before the credentials were believed, resource before admission. */
export interface StreamFacts extends Partial<Asker> {
  readonly stream: number;
  /** The stream's name in the log: no other stream's, of any process. */
  readonly requestId: string;
  readonly resource?: string;
  readonly node?: string;
  readonly peer: string;
  readonly mode: Mode;
}

export type StreamHappening =
  /** Admitted. */
  | { readonly kind: 'opened' }
  /** Turned away with a gRPC status; `cause` when something failed here: admission, or the stream later on. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string; readonly cause?: unknown }
  /**
   * Over. `code` is the status that we ended it with and `message` why, missing when the client left. Comes once after each
   * `opened`.
   */
  | { readonly kind: 'closed'; readonly code?: number; readonly message?: string; readonly lastedMilliseconds: number }
  | {
      readonly kind: 'sent';
      readonly type: ResourceType;
      readonly version: string;
      readonly sequence: number;
      readonly resources: number;
      readonly removed: number;
      readonly bytes: number;
    }
  | { readonly kind: 'acked'; readonly type: ResourceType; readonly version: string }
  | { readonly kind: 'nacked'; readonly type: ResourceType; readonly nack: Nack }
  /** The client has acknowledged all of the snapshot with this sequence (at once, where it changed nothing for it). */
  | { readonly kind: 'settled'; readonly sequence: number }
  /** A request for a type that is not served; it is answered with silence. */
  | { readonly kind: 'ignored'; readonly typeUrl: string };

export type StreamEvent = StreamFacts & StreamHappening;
