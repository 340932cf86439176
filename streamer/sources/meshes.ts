// The meshes that this streamer's Envoys belong to, followed: each is read from the log when a hint comes, and every
// change is told with the states before and after it and the keys that it touched. What a share or an organization
// changes touches the resources of those who gain access by it or lose it.
import type { Commit } from '#events/event.ts';
import { meshFolding } from '#events/folding.ts';
import { type Key, keyOf } from '#events/names.ts';
import {
  accessChanged,
  type MeshInView,
  noOrganizations,
  type Organizations,
  organizationsNamed,
  resourcesOf,
  settled,
} from '#events/sharing.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { fold } from '#store/fold.ts';
import { organizationSource } from './organizations.ts';

/** A mesh as it is. */
export interface FollowedMesh extends MeshInView {
  /** The mesh for the translation: its organizations' say is in it. */
  readonly settled: MeshState;
}

/**
 * A mesh moved on, or an organization that it is shared with; both states are settled. `changed` is `all` when what
 * happened in between is not known (the log was restored).
 */
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
  follow(stream: string): Promise<FollowedMesh>;
  release(stream: string): void;
  /** The mesh as last read, if it is followed and loaded. */
  current(stream: string): FollowedMesh | undefined;
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
  known?: FollowedMesh;
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
  const organizations = organizationSource({ events, onChange: reorganized, onTrouble, sweepInterval });
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
    const before = entry.known?.mesh;
    if (before === undefined) return reload(stream, entry);
    const commits = await events.read(stream, Math.max(before.sequence, 1));
    // The log was restored: what stands in it counts, not what is remembered.
    if (before.sequence > 0 && commits[0]?.id !== before.commitId) return reload(stream, entry);
    await advance(stream, entry, before, before.sequence > 0 ? commits.slice(1) : commits);
  }

  async function reload(stream: string, entry: Followed): Promise<void> {
    const { state, stopped } = await cache.load(stream);
    await loadOrganizations(state);
    if (released(stream, entry)) return;
    tell(stream, stopped && `${stopped.reason} (version ${stopped.version})`);
    take(stream, entry, state, 'all');
  }

  async function loadOrganizations(mesh: MeshState): Promise<void> {
    await Promise.all(organizationsNamed(mesh).map((id) => organizations.load(id)));
  }

  /** Those that the mesh names, as they are at this moment; all of them were loaded. */
  function organizationsOf(mesh: MeshState): Organizations {
    const named = organizationsNamed(mesh);
    if (named.length === 0) return noOrganizations;
    return new Map(
      named.flatMap((id) => {
        const state = organizations.current(id);
        return state === undefined ? [] : [[id, state] as const];
      }),
    );
  }

  function take(stream: string, entry: Followed, mesh: MeshState, changed: ReadonlySet<Key> | 'all'): void {
    const before = entry.known?.settled;
    const members = organizationsOf(mesh);
    const after = settled(mesh, members);
    entry.known = { mesh, organizations: members, settled: after };
    if (before === undefined) return;
    const touched =
      changed === 'all' ? changed : new Set([...changed, ...resourcesOf(after, accessChanged(before, after))]);
    onChange(stream, { before, after, changed: touched });
  }

  function reorganized(id: string): void {
    for (const [stream, entry] of followed) {
      if (entry.known?.organizations.has(id)) take(stream, entry, entry.known.mesh, new Set());
    }
  }

  async function advance(
    stream: string,
    entry: Followed,
    before: MeshState,
    commits: readonly Commit[],
  ): Promise<void> {
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
      for (const event of commit.events) if ('ref' in event) changed.add(keyOf(event.ref));
    }
    await loadOrganizations(after);
    if (released(stream, entry)) return;
    tell(stream, trouble);
    if (after !== before) take(stream, entry, after, changed);
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
      if (entry.known !== undefined) return entry.known;
      release(stream);
      throw new Error(`the mesh of ${stream} could not be read`, { cause: entry.failure });
    },
    release,
    current: (stream) => followed.get(stream)?.known,
    close() {
      clearInterval(sweep);
      follower.close();
      organizations.close();
    },
  };
}
