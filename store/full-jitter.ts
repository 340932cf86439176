// How long to wait before the next attempt: any time up to a limit that doubles, so that those who got into each other's
// way do not meet again (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter").

export interface Backoff {
  /** The limit of the first pause and of all, in milliseconds. */
  readonly first: number;
  readonly most: number;
}

/** Milliseconds before attempt `round` + 2; `chance` from 0 to 1. */
export const fullJitter = (round: number, { first, most }: Backoff, chance: number): number =>
  chance * Math.min(most, first * 2 ** Math.min(round, 30));
