// The meshes that this streamer's Envoys belong to, followed: each is read from the log when a hint comes, and every
// change is told with the states before and after it and the keys that it touched.
import type { Commit } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { type Key, keyOf } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';

/** A mesh moved on; `changed` is `all` when what happened in between is not known (the log was restored). */
export interface MeshChange {
  readonly before: MeshState;
  readonly after: MeshState;
  readonly changed: ReadonlySet<Key> | 'all';
}

export interface MeshSource {
  /** The mesh as it is now, followed from here on until as many `release` as `follow`. Rejects when the log fails. */
  follow(stream: string): Promise<MeshState>;
  release(stream: string): void;
  /** The mesh as last read, if it is followed and loaded. */
  current(stream: string): MeshState | undefined;
  close(): void;
}

export interface MeshSourceParts {
  readonly events: EventStore;
  readonly views: ViewStore;
  readonly onChange: (stream: string, change: MeshChange) => void;
  /** The log could not be read, or not beyond a version: what is held goes on being served. `undefined`: it is well again. */
  readonly onTrouble: (stream: string, trouble: string | undefined) => void;
  /** Milliseconds between looks at every followed mesh, hints or not. */
  readonly sweepInterval?: number;
}

interface Followed {
  count: number;
  state?: MeshState;
  /** The read under way; a hint that comes meanwhile asks for one more after it. */
  reading?: Promise<void>;
  again: boolean;
}

export function meshSource({
  events,
  views,
  onChange,
  onTrouble,
  sweepInterval = 30_000,
}: MeshSourceParts): MeshSource {
  const cache = stateCache<MeshState>({ store: events, views, folding: meshFolding });
  const followed = new Map<string, Followed>();
  const troubled = new Set<string>();
  const follower = events.follow((stream) => void refresh(stream));
  const sweep = setInterval(() => {
    for (const stream of followed.keys()) void refresh(stream);
  }, sweepInterval);
  sweep.unref();

  function tell(stream: string, trouble: string | undefined): void {
    if (trouble === undefined ? troubled.delete(stream) : !troubled.has(stream)) onTrouble(stream, trouble);
    if (trouble !== undefined) troubled.add(stream);
  }

  async function read(stream: string, entry: Followed): Promise<void> {
    const before = entry.state;
    if (before === undefined) {
      const { state, stopped } = await cache.load(stream);
      entry.state = state;
      tell(stream, stopped && `${stopped.reason} (version ${stopped.version})`);
      return;
    }
    const commits = await events.read(stream, Math.max(before.sequence, 1));
    if (before.sequence > 0 && commits[0]?.id !== before.commitId) {
      // The log was restored: what stands in it counts, not what is remembered.
      const { state } = await cache.load(stream);
      entry.state = state;
      onChange(stream, { before, after: state, changed: 'all' });
      return;
    }
    advance(stream, entry, before, before.sequence > 0 ? commits.slice(1) : commits);
  }

  function advance(stream: string, entry: Followed, before: MeshState, commits: readonly Commit[]): void {
    let after = before;
    let trouble: string | undefined;
    const changed = new Set<Key>();
    for (const commit of commits) {
      const next = meshFolding.evolve(after, commit);
      if ('unreadable' in next) {
        trouble = `${next.unreadable} (version ${commit.version})`;
        break;
      }
      after = next;
      for (const event of commit.events) changed.add('ref' in event ? keyOf(event.ref) : 'mesh');
    }
    entry.state = after;
    tell(stream, trouble);
    if (after !== before) onChange(stream, { before, after, changed });
  }

  function refresh(stream: string): Promise<void> {
    const entry = followed.get(stream);
    if (entry === undefined) return Promise.resolve();
    if (entry.reading !== undefined) {
      entry.again = true;
      return entry.reading;
    }
    const reading = (async () => {
      do {
        entry.again = false;
        try {
          await read(stream, entry);
        } catch (error) {
          tell(stream, error instanceof Error ? error.message : String(error));
        }
      } while (entry.again);
      delete entry.reading;
    })();
    entry.reading = reading;
    return reading;
  }

  return {
    async follow(stream) {
      const entry: Followed = followed.get(stream) ?? { count: 0, again: false };
      entry.count += 1;
      followed.set(stream, entry);
      if (entry.count === 1) follower.add(stream);
      await refresh(stream);
      if (entry.state !== undefined) return entry.state;
      this.release(stream);
      throw new Error(`the mesh of ${stream} could not be read`);
    },
    release(stream) {
      const entry = followed.get(stream);
      if (entry === undefined) return;
      entry.count -= 1;
      if (entry.count > 0) return;
      followed.delete(stream);
      follower.remove(stream);
    },
    current: (stream) => followed.get(stream)?.state,
    close() {
      clearInterval(sweep);
      follower.close();
    },
  };
}
