// The meshes that this streamer's Envoys belong to, followed: each is read from the log when a hint comes, and every
// change is told with the states before and after it and the keys that it touched.
import type { Commit } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { type Key, keyOf } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { fold } from '#store/fold.ts';

/** A mesh moved on; `changed` is `all` when what happened in between is not known (the log was restored). */
export interface MeshChange {
  readonly before: MeshState;
  readonly after: MeshState;
  readonly changed: ReadonlySet<Key> | 'all';
}

export interface MeshSource {
  /**
   * The mesh as it is now, followed from here on until as many `release` as `follow`. Rejects, with the cause, when the
   * log fails; nothing is to be released then.
   */
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
  /** Why the newest read failed. */
  failure?: unknown;
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

  /** A read that ends after the last release says nothing of anybody. */
  const released = (stream: string, entry: Followed): boolean => followed.get(stream) !== entry;

  async function read(stream: string, entry: Followed): Promise<void> {
    const before = entry.state;
    if (before === undefined) return reload(stream, entry, undefined);
    const commits = await events.read(stream, Math.max(before.sequence, 1));
    // The log was restored: what stands in it counts, not what is remembered.
    if (before.sequence > 0 && commits[0]?.id !== before.commitId) return reload(stream, entry, before);
    if (released(stream, entry)) return;
    advance(stream, entry, before, before.sequence > 0 ? commits.slice(1) : commits);
  }

  async function reload(stream: string, entry: Followed, before: MeshState | undefined): Promise<void> {
    const { state, stopped } = await cache.load(stream);
    if (released(stream, entry)) return;
    entry.state = state;
    tell(stream, stopped && `${stopped.reason} (version ${stopped.version})`);
    if (before !== undefined) onChange(stream, { before, after: state, changed: 'all' });
  }

  function advance(stream: string, entry: Followed, before: MeshState, commits: readonly Commit[]): void {
    let after = before;
    let trouble: string | undefined;
    const changed = new Set<Key>();
    for (const commit of commits) {
      const next = fold<MeshState>(meshFolding, after, commit);
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
          delete entry.failure;
        } catch (error) {
          entry.failure = error;
          if (!released(stream, entry)) tell(stream, error instanceof Error ? error.message : String(error));
        }
      } while (entry.again);
      delete entry.reading;
    })();
    entry.reading = reading;
    return reading;
  }

  function release(stream: string): void {
    const entry = followed.get(stream);
    if (entry === undefined) return;
    entry.count -= 1;
    if (entry.count > 0) return;
    followed.delete(stream);
    follower.remove(stream);
    // What nobody follows is no trouble to anybody.
    tell(stream, undefined);
  }

  return {
    async follow(stream) {
      const entry: Followed = followed.get(stream) ?? { count: 0, again: false };
      entry.count += 1;
      followed.set(stream, entry);
      follower.add(stream);
      await refresh(stream);
      if (entry.state !== undefined) return entry.state;
      release(stream);
      throw new Error(`the mesh of ${stream} could not be read`, { cause: entry.failure });
    },
    release,
    current: (stream) => followed.get(stream)?.state,
    close() {
      clearInterval(sweep);
      follower.close();
    },
  };
}
