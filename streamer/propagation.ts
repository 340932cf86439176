// How long a change takes to the Envoys: from the time of its commit to the moment at which an Envoy, connected before, has
// acknowledged all of it. The clocks of whoever wrote and of this process are compared: they may differ by milliseconds.
import type { StreamEvent } from './xds/status.ts';

export interface Propagation {
  /** Milliseconds, when the event is the end of a change's way to an Envoy. */
  happened(event: StreamEvent): number | undefined;
}

/** The newest change of a resource's mesh: its place in the stream and its time in milliseconds since the epoch. */
export interface NewestChange {
  readonly sequence: number;
  readonly time: number;
}

export function createPropagation(
  now: () => number,
  newestOf: (resource: string) => NewestChange | undefined,
): Propagation {
  /** By stream: since when. Who connects later gets old changes at once, which says nothing. */
  const opened = new Map<number, number>();
  return {
    happened(event) {
      if (event.kind === 'opened') opened.set(event.stream, now());
      if (event.kind === 'closed') opened.delete(event.stream);
      if (event.kind !== 'settled' || event.resource === undefined) return undefined;
      const newest = newestOf(event.resource);
      const since = opened.get(event.stream);
      if (newest === undefined || since === undefined) return undefined;
      return newest.sequence === event.sequence && since < newest.time ? Math.max(0, now() - newest.time) : undefined;
    },
  };
}
