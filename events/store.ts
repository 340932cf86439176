// The ports: the log of commits and the views beside it. Each adapter in store/ passes the contract suites of both.
// What an adapter rejects with is a StoreFailure when the store itself failed; anything else is a bug.
import type { Commit } from './event.ts';
import type { StoreFailure } from './store-failure.ts';

/**
 * Another writer was there first: nothing was appended. `expected` is the version that the commit would have followed,
 * `current` the stream's newest. They are equal when another commit stands there than the one to be followed.
 */
export interface LostRace {
  readonly stream: string;
  readonly expected: number;
  readonly current: number;
}

export type AppendResult = { readonly ok: true } | { readonly ok: false; readonly lost: LostRace };

/** Tells of changes to followed streams. A call of the listener is a hint: the log itself says what happened. */
export interface Follower {
  add(stream: string): void;
  remove(stream: string): void;
  close(): void;
}

export interface EventStore {
  /**
   * Appends one commit a stream, all or nothing. A commit's version is the stream's newest plus one, else the race is
   * lost. A commit whose id already stands at its version is our own, retried: success. Appends that are called one after
   * the other, without waiting, are done in that order.
   *
   * `upon`, by stream: the id of the commit that must stand right before. For a commit that was decided upon one which was
   * still on its way: had that lost its race, another's commit at its version would let this one through.
   */
  append(commits: readonly Commit[], upon?: ReadonlyMap<string, string>): Promise<AppendResult>;
  /** The commits of a stream from a version on, oldest first, at most `limit` of them; never with a gap. */
  read(stream: string, from: number, limit?: number): Promise<readonly Commit[]>;
  /**
   * Calls `changed` soon after each append to a followed stream, by whichever process. Calls `trouble` when the appends of
   * others cannot be looked for, and with `undefined` when they can again; it goes on trying.
   */
  follow(changed: (stream: string) => void, trouble?: (failure: StoreFailure | undefined) => void): Follower;
  /** All streams that have a commit, ordered. It looks at every commit there is: for whoever makes everything anew. */
  streams(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A stream's state at a version, as JSON; `schema` is the state's, not the events'. */
export interface StoredSnapshot {
  readonly stream: string;
  readonly schema: number;
  readonly sequence: number;
  readonly state: unknown;
}

/** An entry of a view; `expiresAt` in milliseconds since the epoch. */
export interface ViewEntry {
  readonly key: string;
  readonly value: unknown;
  readonly expiresAt?: number;
}

/** An entry that says which place of a stream it was made of. */
export interface PlacedEntry {
  readonly key: string;
  readonly value: { readonly sequence: number };
}

/** What can be rebuilt or forgotten: snapshots, indexes, the fleet's status, sealed keys. Values are JSON. */
export interface ViewStore {
  put(view: string, entry: ViewEntry): Promise<void>;
  /**
   * Puts entries of different keys for the price of few. Not all or nothing: when it rejects, some may be there; all is
   * right after it is called again.
   */
  putAll(view: string, entries: readonly ViewEntry[]): Promise<void>;
  /** Puts an entry unless one is there (expired ones are not), and gives the entry that is there afterwards. */
  putIfAbsent(view: string, entry: ViewEntry): Promise<ViewEntry>;
  /** Puts an entry unless one of a later sequence is there: whoever comes late changes nothing. */
  putUnlessLater(view: string, entry: PlacedEntry): Promise<void>;
  get(view: string, key: string): Promise<ViewEntry | undefined>;
  /** All entries whose key begins so, ordered by key, expired ones left out. */
  list(view: string, prefix?: string): Promise<readonly ViewEntry[]>;
  delete(view: string, key: string): Promise<void>;
  /** As `putAll`, for entries that are to go. */
  deleteAll(view: string, keys: readonly string[]): Promise<void>;
  /** Stores a snapshot; an older one of the same stream never replaces a newer as the newest. */
  putSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /** The newest snapshot of a stream in this state schema whose checksum holds, at most at `atMost` if given. */
  newestSnapshot(stream: string, schema: number, atMost?: number): Promise<StoredSnapshot | undefined>;
  /** Deletes the snapshots of a stream in a state schema, but for those at these sequences. */
  dropSnapshots(stream: string, schema: number, kept: readonly number[]): Promise<void>;
  close(): Promise<void>;
}
