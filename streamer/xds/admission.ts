// Who may open a stream: the question as the wire puts it. It is decided elsewhere; here is only what may be known of
// the asker, and what follows from the answer.
import type { SnapshotView } from './snapshot.ts';

/** How a stream reached us: `unix` and loopback never leave the host, `tls` is encrypted, `plain` is neither. */
export type Transport = 'plain' | 'tls' | 'unix';

/** What is known before the first message. */
export interface StreamOpening {
  /** gRPC metadata by lower-case name; binary values are left out. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
  /** The HTTP/2 path, as signed. */
  readonly path: string;
  /** The HTTP/2 authority, as signed. */
  readonly host: string;
  /** The client's `host:port`, or `unix:PATH`, the path being the one listened on. */
  readonly peer: string;
  readonly transport: Transport;
}

/** The node of the first message (envoy.config.core.v3.Node), metadata as plain JSON values; blank where it said nothing. */
export interface StreamNode {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string };
}

export interface StreamRequest extends StreamOpening {
  readonly node: StreamNode;
}

/** Who asks, in the words that the log has for it: nothing is read from them here. */
export interface Asker {
  readonly accountId: string;
  readonly caller: string;
}

export interface Admitted {
  /** The canonical key of what the Envoy is. */
  readonly resource: string;
  readonly view: SnapshotView;
  /**
   * Asked right before the stream opens and whenever the server is told to review it: why it may not, when that came about
   * after the answer was decided.
   */
  withdrawn?(): Refused | undefined;
  /** Called once, when the stream is over. */
  release(): void;
}

/** gRPC status: 16 unauthenticated, 7 permission denied, 3 invalid argument, 8 resource exhausted, 14 unavailable. */
export interface Refused {
  readonly code: 16 | 7 | 3 | 8 | 14;
  readonly message: string;
  /** What the Envoy would have been, where that is known: as `Admitted` has it. */
  readonly resource?: string;
  /** What went wrong here; for the log alone. */
  readonly cause?: unknown;
}

export interface Admission {
  /** Turns away at once, before any message: bad credentials need no node. Otherwise it says who asks. */
  screen?(opening: StreamOpening): Promise<Asker | Refused>;
  /** Decides on the first message. */
  admit(request: StreamRequest): Promise<Admitted | Refused>;
}
