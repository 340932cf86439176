// Folded states, kept so that a read costs what changed and not the stream. Each load asks the log from the version
// held on, that one included: the answer is exact, and a log that was restored to another past is noticed.
import { setImmediate as breathe } from 'node:timers/promises';
import type { EventStore, ViewStore } from '#events/store.ts';
import { type Folding, fold } from './fold.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { recent } from './recent.ts';

/** A state; `stopped` when the log goes on but the commit at that version cannot be folded: the state is the one before. */
export interface Loaded<S> {
  readonly state: S;
  readonly stopped?: { readonly version: number; readonly reason: string };
}

export interface StateCache<S> {
  /** The state of all commits that were appended before the call. */
  load(stream: string): Promise<Loaded<S>>;
  /** Keeps a state that a writer has just appended; an older one than what is held is ignored. */
  put(stream: string, state: S): void;
}

export interface StateCacheOptions<S extends object> {
  readonly store: Pick<EventStore, 'read'>;
  /** Where snapshots lie; without, a cold load folds the whole stream. */
  readonly views?: Pick<ViewStore, 'newestSnapshot'>;
  readonly folding: Folding<S>;
  /** Told when the log no longer holds the commit that a held state or a snapshot ended with. */
  readonly onRestored?: (stream: string) => void;
  /** Told of a snapshot that could not be read as a state, and was passed over. */
  readonly onBadSnapshot?: (bad: {
    readonly stream: string;
    readonly sequence: number;
    readonly reason: string;
  }) => void;
  /** The most states held at once. */
  readonly maxStates?: number;
  /** Commits a read, two or more. */
  readonly pageSize?: number;
}

export function stateCache<S extends object>(options: StateCacheOptions<S>): StateCache<S> {
  const { folding, onRestored = () => {} } = options;
  const states = recent<S>(options.maxStates ?? 1000);

  function put(stream: string, state: S): void {
    const held = states.get(stream);
    if (held === undefined || folding.versionOf(held) <= folding.versionOf(state)) states.set(stream, state);
  }

  async function loadNow(stream: string): Promise<Loaded<S>> {
    const held = states.get(stream);
    let loaded = held && (await foldOn(options, stream, held));
    let restored = held !== undefined && loaded === undefined;
    // Another load may have put a better one in its place meanwhile.
    if (restored && states.get(stream) === held) states.delete(stream);
    for (let below = Number.MAX_SAFE_INTEGER; loaded === undefined; ) {
      const start = await startBelow(options, stream, below);
      loaded = await foldOn(options, stream, start);
      restored ||= loaded === undefined;
      below = folding.versionOf(start);
    }
    if (restored) onRestored(stream);
    put(stream, loaded.state);
    return loaded;
  }

  return { load: oneAtATime(loadNow), put };
}

/** The newest snapshot below a version as a state, or the empty state. */
async function startBelow<S extends object>(
  options: StateCacheOptions<S>,
  stream: string,
  version: number,
): Promise<S> {
  const { folding, views, onBadSnapshot = () => {} } = options;
  const reader = folding.snapshot;
  for (let below = version; reader !== undefined && below > 1; ) {
    const found = await views?.newestSnapshot(stream, reader.schema, below - 1);
    if (found === undefined) break;
    try {
      const state = reader.fromJson(stream, found.state);
      if (folding.versionOf(state) === found.sequence) return state;
      onBadSnapshot({ stream, sequence: found.sequence, reason: `it holds version ${folding.versionOf(state)}` });
    } catch (error) {
      onBadSnapshot({ stream, sequence: found.sequence, reason: messageOf(error) });
    }
    below = found.sequence;
  }
  return folding.initial(stream);
}

/** Folds what the log has beyond a state; undefined when the log does not hold the commit that the state ends with. */
async function foldOn<S extends object>(
  { store, folding, pageSize = 1000 }: StateCacheOptions<S>,
  stream: string,
  start: S,
): Promise<Loaded<S> | undefined> {
  if (pageSize < 2) throw new Error('a page of one commit never gets beyond the version held');
  let state = start;
  for (;;) {
    const version = folding.versionOf(state);
    const page = await store.read(stream, Math.max(version, 1), pageSize);
    if (version > 0 && (page[0]?.version !== version || page[0].id !== folding.commitIdOf(state))) return undefined;
    for (const commit of version > 0 ? page.slice(1) : page) {
      const next = fold(folding, state, commit);
      if ('unreadable' in next) return { state, stopped: { version: commit.version, reason: next.unreadable } };
      state = next;
    }
    if (page.length < pageSize) return { state };
    // A long stream is folded without keeping everybody else from their turn.
    await breathe();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
