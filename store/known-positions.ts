// What this process knows of the newest commits of streams, from what it read and appended itself. A commit is never
// changed, so a commit known to stand somewhere stands there; only that it is still the newest has to be tried.
import type { LogPositions } from './append-verdict.ts';
import { recent } from './recent.ts';

export interface KnownPositions extends LogPositions {
  /** Whether what is known decides on a commit for this place (see append-verdict.ts). */
  covers(stream: string, version: number, upon: string | undefined): boolean;
  learn(stream: string, version: number, id: string): void;
  /** The stream's newest version (0: it has none), whatever its id. */
  learnNewest(stream: string, version: number): void;
  forget(stream: string): void;
}

interface Known {
  newest: number;
  readonly ids: Map<number, string>;
}

const mostStreams = 1_000;
const idsKept = 64;

export function knownPositions(): KnownPositions {
  const streams = recent<Known>(mostStreams);
  const idAt = (stream: string, version: number) => streams.get(stream)?.ids.get(version);

  function at(stream: string, version: number): Known {
    const known = streams.get(stream) ?? { newest: 0, ids: new Map<number, string>() };
    known.newest = Math.max(known.newest, version);
    streams.set(stream, known);
    return known;
  }

  return {
    newestVersion: (stream) => streams.get(stream)?.newest ?? 0,
    idAt,
    covers(stream, version, upon) {
      const known = streams.get(stream);
      if (known === undefined) return false;
      if (version !== known.newest + 1) return version <= known.newest && known.ids.has(version);
      return upon === undefined || known.ids.has(known.newest);
    },
    learn(stream, version, id) {
      const { ids } = at(stream, version);
      // A map keeps the order of insertion: the oldest knowledge goes first.
      ids.delete(version);
      ids.set(version, id);
      const oldest = ids.size > idsKept ? ids.keys().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
    },
    learnNewest: (stream, version) => void at(stream, version),
    forget: streams.delete,
  };
}
