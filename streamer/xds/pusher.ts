// Brings one client up to the newest snapshot as fast as it reads, and no faster: while anything written has not left,
// nothing is added; what changed meanwhile is told afterwards, in its newest state alone.
import { lingeringTypes, pushOrder } from './order.ts';
import type { Outgoing, Protocol } from './protocol.ts';
import type { ResourceType, Snapshot, SnapshotView } from './snapshot.ts';
import type { StreamHappening } from './status.ts';

export interface Pusher {
  /** Tells all that can be told now. */
  push(): void;
  /** The newest snapshot that there is, the newest told in full, and the newest acknowledged in full. */
  sequence(): { readonly newest?: number; readonly sent?: number; readonly acked?: number };
  close(): void;
}

/**
 * `write` calls `written` once the bytes have left (HTTP/2 flow control); `clock` gives milliseconds and never goes back.
 * `failed` is told what a push threw, whoever asked for the push: the books may be wrong then, and nothing more is told.
 */
export function createPusher<Request>(
  protocol: Protocol<Request>,
  view: SnapshotView,
  write: (bytes: Buffer, written: () => void) => void,
  happened: (happening: StreamHappening) => void,
  clock: () => number,
  failed: (cause: unknown) => void,
): Pusher {
  let unfinished = 0;
  let dirty = false;
  let closed = false;
  let sent: number | undefined;
  let acked: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function push(): void {
    if (closed) return;
    try {
      tellAll();
    } catch (cause) {
      close();
      failed(cause);
    }
  }

  function tellAll(): void {
    noteSettled();
    if (unfinished > 0) {
      dirty = true;
      return;
    }
    dirty = false;
    const snapshot = view.current();
    if (snapshot === undefined) return;
    const now = clock();
    const written = new Set<ResourceType>();
    for (const type of pushOrder) if (tell(type, snapshot, { now, removals: false })) written.add(type);
    if (protocol.mayRemove(snapshot)) {
      for (const type of lingeringTypes) if (!written.has(type)) tell(type, snapshot, { now, removals: true });
    }
    if (!protocol.behind()) sent = snapshot.sequence;
    noteSettled();
    awaitDue(now, snapshot);
  }

  function tell(type: ResourceType, snapshot: Snapshot, turn: { now: number; removals: boolean }): boolean {
    const outgoing = protocol.next(type, snapshot, turn);
    if (outgoing === undefined) return false;
    send(outgoing, snapshot);
    if (outgoing.more) tell(type, snapshot, turn);
    return true;
  }

  function send({ type, ...outgoing }: Outgoing, snapshot: Snapshot): void {
    unfinished += 1;
    write(outgoing.bytes, () => {
      unfinished -= 1;
      if (unfinished === 0 && dirty) push();
    });
    happened({
      kind: 'sent',
      type,
      version: outgoing.version,
      sequence: snapshot.sequence,
      resources: outgoing.resources.length,
      removed: outgoing.removed.length,
      bytes: outgoing.bytes.length,
    });
  }

  function noteSettled(): void {
    const sequence = protocol.settled();
    if (sequence === undefined || sequence === acked) return;
    acked = sequence;
    happened({ kind: 'settled', sequence });
  }

  function awaitDue(now: number, snapshot: Snapshot): void {
    clearTimeout(timer);
    const due = protocol.due(snapshot);
    if (due === undefined) return;
    // Already due but not told: something of its type has just been written, so it follows when that has left.
    if (due <= now) dirty = true;
    else timer = setTimeout(push, due - now).unref();
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
  }

  return {
    push,
    sequence() {
      const newest = view.current()?.sequence;
      return {
        ...(newest === undefined ? {} : { newest }),
        ...(sent === undefined ? {} : { sent }),
        ...(acked === undefined ? {} : { acked }),
      };
    },
    close,
  };
}
