// Looking back into the log of a mesh: its commits, which one a time names, and the state after any of them.
import type { Commit } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { upcast } from '#events/schema.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { Refused } from '../refused.ts';

export interface Past {
  /** The commits of a stream from one version to another, both included, oldest first. */
  commits(stream: string, from: number, to: number): Promise<readonly Commit[]>;
  /** The mesh as it was right after a commit of its stream, 0 for before the first. */
  stateAt(mesh: MeshState, sequence: number): Promise<MeshState>;
  /** The newest commit of the mesh that is not after a time (milliseconds since the epoch); 0 when there is none. */
  sequenceAt(mesh: MeshState, time: number): Promise<number>;
}

/** Folds begin at the newest snapshot that is not after what is asked for. */
export function createPast(events: Pick<EventStore, 'read'>, views: Pick<ViewStore, 'newestSnapshot'>): Past {
  async function commits(stream: string, from: number, to: number): Promise<readonly Commit[]> {
    const page = to < from ? [] : await events.read(stream, from, to - from + 1);
    return page.map((commit) => {
      const current = upcast(commit);
      if (!('newer' in current)) return current;
      const reason = `The log cannot be read beyond version ${commit.version - 1}: it was written by a newer release`;
      throw new Refused({ refused: 'unavailable', reason });
    });
  }

  /** The log and the snapshots as if nothing had happened after a version. */
  const until = (end: number) => ({
    store: {
      read: (stream: string, from: number, limit = Number.MAX_SAFE_INTEGER) =>
        from > end ? Promise.resolve([]) : events.read(stream, from, Math.min(limit, end - from + 1)),
    },
    views: {
      newestSnapshot: (stream: string, schema: number, atMost = end) =>
        views.newestSnapshot(stream, schema, Math.min(atMost, end)),
    },
  });

  return {
    commits,
    async stateAt(mesh, sequence) {
      if (sequence === mesh.sequence) return mesh;
      const { state, stopped } = await stateCache<MeshState>({ ...until(sequence), folding: meshFolding }).load(
        mesh.stream,
      );
      if (stopped === undefined && state.sequence === sequence) return state;
      const reason = stopped?.reason ?? 'it ends there';
      throw new Refused({
        refused: 'unavailable',
        reason: `The log cannot be read beyond version ${state.sequence}: ${reason}`,
      });
    },
    async sequenceAt(mesh, time) {
      if (mesh.time <= time) return mesh.sequence;
      // A stream's times never run backwards: `low` is not after the time, `high` is.
      let [low, high] = [0, mesh.sequence];
      while (high - low > 1) {
        const middle = low + Math.floor((high - low) / 2);
        const [commit] = await commits(mesh.stream, middle, middle);
        if (commit === undefined) throw new Error(`${mesh.stream} has no commit ${middle}`);
        if (commit.time <= time) low = middle;
        else high = middle;
      }
      return low;
    },
  };
}
