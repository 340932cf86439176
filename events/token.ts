// Client tokens that were used, kept in the state for 24 hours of event time: SDKs put one into every create and
// update. They lie in buckets of an hour, so that forgetting is dropping whole buckets.
import { Map as PersistentMap } from 'immutable';
import type { ClientToken, Commit } from './event.ts';
import type { Resource } from './state.ts';

const hour = 3_600_000;
const lifetime = 24 * hour;

/**
 * A token that was used: the hash of the request that it came with, the commit that its call made, and what is needed
 * to give the same answer again (the spec stands in the commit's event).
 */
export interface UsedToken {
  readonly hash: string;
  readonly sequence: number;
  readonly time: number;
  readonly answer?: Omit<Resource, 'spec' | 'tags'>;
}

interface Bucket {
  readonly hour: number;
  readonly used: PersistentMap<string, UsedToken>;
}

/** Buckets, oldest first. */
export type TokenMemory = readonly Bucket[];

const nameOf = (accountId: string, token: Pick<ClientToken, 'operation' | 'token'>): string =>
  `${accountId}/${token.operation}/${token.token}`;

/** The state after a commit: its token remembered, those of more than 24 hours before it forgotten. */
export function rememberToken(memory: TokenMemory, commit: Commit, answer: UsedToken['answer']): TokenMemory {
  const kept = memory.some((bucket) => expired(bucket, commit.time))
    ? memory.filter((bucket) => !expired(bucket, commit.time))
    : memory;
  const { clientToken, time, version } = commit;
  if (clientToken === undefined) return kept;
  const name = nameOf(commit.actor.accountId, clientToken);
  const entry: UsedToken = { hash: clientToken.hash, sequence: version, time, ...(answer && { answer }) };
  const newest = kept.at(-1);
  const slot = Math.floor(time / hour);
  return newest?.hour === slot
    ? [...kept.slice(0, -1), { hour: slot, used: newest.used.set(name, entry) }]
    : [...kept, { hour: slot, used: PersistentMap([[name, entry]]) }];
}

const expired = (bucket: Bucket, time: number): boolean => (bucket.hour + 1) * hour + lifetime <= time;

/** The earlier use of a token by this account for this operation, if it is less than 24 hours old at `time`. */
export function usedToken(
  memory: TokenMemory,
  accountId: string,
  token: Pick<ClientToken, 'operation' | 'token'>,
  time: number,
): UsedToken | undefined {
  const name = nameOf(accountId, token);
  for (let index = memory.length - 1; index >= 0; index -= 1) {
    const found = memory[index]?.used.get(name);
    if (found !== undefined) return time - found.time < lifetime ? found : undefined;
  }
  return undefined;
}
