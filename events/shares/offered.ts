// Pointers to the shares of others, as the stream of an account or of an organization has them. RAM's lists of what
// others share, and invitations, are found through them; the owner's own stream says what is true.
import type { Map as PersistentMap } from 'immutable';
import type { SharesOffered } from './event.ts';

/** The shares of one owner that concern an account or an organization, as of a version of the owner's stream. */
export interface OfferedShares {
  readonly shares: readonly string[];
  readonly asOf: number;
}

type AllOffered = PersistentMap<string, OfferedShares>;

/** The pointers, by owner, after one more event. */
export const sharesOfferedAfter = (before: AllOffered, { owner, shares, asOf }: SharesOffered): AllOffered =>
  before.set(owner, { shares, asOf });
