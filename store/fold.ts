// One step of every fold: the next commit onto a state, or why it cannot be taken. Whoever folds stops right before that
// commit and keeps what was before it.
import type { Commit } from '#events/event.ts';

/** Why a commit cannot be folded by this release. */
export interface Unreadable {
  readonly unreadable: string;
}

/** How the state of a kind of stream is made; `versionOf` is 0 and `commitIdOf` undefined before the first commit. */
export interface Folding<S extends object> {
  initial(stream: string): S;
  evolve(state: S, commit: Commit): S | Unreadable;
  versionOf(state: S): number;
  commitIdOf(state: S): string | undefined;
  readonly snapshot?: {
    readonly schema: number;
    toJson(state: S): unknown;
    fromJson(stream: string, json: unknown): S;
  };
}

/**
 * The state after a commit. A commit whose folding throws is unreadable; throws itself when the commit is not the next
 * one, which is a bug of the log's reader.
 */
export function fold<S extends object>(folding: Folding<S>, state: S, commit: Commit): S | Unreadable {
  const expected = folding.versionOf(state) + 1;
  if (commit.version !== expected) {
    throw new Error(`the log gave version ${commit.version} of ${commit.stream} where ${expected} is next`);
  }
  let next: S | Unreadable;
  try {
    next = folding.evolve(state, commit);
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
  if (!('unreadable' in next) && folding.versionOf(next) !== commit.version) {
    throw new Error(`folding version ${commit.version} of ${commit.stream} gave a state of ${folding.versionOf(next)}`);
  }
  return next;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
