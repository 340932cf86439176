// Keeps snapshots of meshes, so that a cold start folds the newest one and what came after it, not the whole stream.
// Whoever calls gives hints and no more: the log itself says how far a stream is, so that a hint which comes late, twice or
// never does no harm.
import { setImmediate as breathe } from 'node:timers/promises';
import { meshFolding } from '#events/folding.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { oneAtATime } from '#store/one-at-a-time.ts';
import { recent } from '#store/recent.ts';

export interface ProjectorParts {
  readonly events: Pick<EventStore, 'read'>;
  readonly views: Pick<ViewStore, 'newestSnapshot' | 'putSnapshot'>;
  /** Commits between two snapshots of a stream (1,000). */
  readonly every?: number;
}

export interface Projector {
  /** A mesh's stream may have moved: stores a snapshot if enough has happened since the newest. */
  project(stream: string): Promise<void>;
}

const { snapshot } = meshFolding;

export function createProjector({ events, views, every = 1_000 }: ProjectorParts): Projector {
  /** By stream, the version from which on another snapshot is due. */
  const due = recent<number>(10_000);

  async function dueAt(stream: string): Promise<number> {
    const known = due.get(stream);
    if (known !== undefined) return known;
    const newest = await views.newestSnapshot(stream, snapshot.schema);
    return (newest?.sequence ?? 0) + every;
  }

  async function project(stream: string): Promise<void> {
    const version = await dueAt(stream);
    due.set(stream, version);
    // Nearly every hint ends here, at the price of looking for one commit.
    const reached = await events.read(stream, version, 1);
    if (reached.length === 0) return;
    // Whatever becomes of it, a stream that cannot be folded so far or a snapshot that fails is not tried at each hint.
    due.set(stream, version + every);
    // Folding and writing it down keep the event loop busy: whoever caused the hint is answered first.
    await breathe();
    // Nothing is held between two snapshots: they are far apart, and the state of a large mesh is large.
    const { state } = await stateCache<MeshState>({ store: events, views, folding: meshFolding }).load(stream);
    // A commit that cannot be folded ends the state before it, and so the snapshot.
    if (state.sequence < version) return;
    await breathe();
    await views.putSnapshot({
      stream,
      schema: snapshot.schema,
      sequence: state.sequence,
      state: snapshot.toJson(state),
    });
    due.set(stream, state.sequence + every);
  }

  return { project: oneAtATime(project) };
}
