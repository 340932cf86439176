// Whether a list of commits may be appended: the one rule of the log, which every adapter holds against what it has.
// All commits are next in their streams, upon the commits that they name if they name any, or all stand there already
// with our own ids; anything else is a lost race.
import type { Commit } from '#events/event.ts';
import type { LostRace } from '#events/store.ts';

/** What the rule asks of a commit. */
type Place = Pick<Commit, 'id' | 'stream' | 'version'>;

/** What the rule asks of a log; the newest version of an unknown stream is 0. */
export interface LogPositions {
  newestVersion(stream: string): number;
  idAt(stream: string, version: number): string | undefined;
}

export type AppendVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'alreadyAppended' }
  | { readonly kind: 'lost'; readonly lost: LostRace };

/** Throws on a list that no caller may make: an empty one, a stream twice, a version that is no counting number. */
export function appendVerdict(
  commits: readonly Place[],
  log: LogPositions,
  upon: ReadonlyMap<string, string> = new Map(),
): AppendVerdict {
  checkList(commits);
  let blocked: LostRace | undefined;
  let ours = 0;
  for (const { id, stream, version } of commits) {
    const current = log.newestVersion(stream);
    const before = upon.get(stream);
    if (version === current + 1) {
      if (before === undefined || log.idAt(stream, current) === before) continue;
      return { kind: 'lost', lost: { stream, expected: version - 1, current } };
    }
    if (version <= current && log.idAt(stream, version) === id) ours += 1;
    else return { kind: 'lost', lost: { stream, expected: version - 1, current } };
    blocked ??= { stream, expected: version - 1, current };
  }
  if (blocked === undefined) return { kind: 'append' };
  // Ours beside a commit that is not there yet: what stands there came from another call, so this one cannot go in whole.
  return ours === commits.length ? { kind: 'alreadyAppended' } : { kind: 'lost', lost: blocked };
}

function checkList(commits: readonly Place[]): void {
  if (commits.length === 0) throw new Error('an append without a commit');
  if (new Set(commits.map((commit) => commit.stream)).size < commits.length) {
    throw new Error('an append with two commits to one stream');
  }
  for (const { stream, version } of commits) {
    if (!Number.isSafeInteger(version) || version < 1) throw new Error(`version ${version} cannot be in ${stream}`);
  }
}
