// How often a registry is asked, so that all tasks together leave most of an account's quota to others.

export interface Demand {
  /** Calls that a round of this task makes. */
  readonly asked: number;
  /** Tasks that make such rounds. */
  readonly tasks: number;
}

/** The part of a quota that Heddle takes at most. */
const share = 1 / 3;

/** Milliseconds between rounds: `least`, and more where all rounds together would be over a third of `quota` calls a second. */
export function paced(least: number, quota: number | undefined, { asked, tasks }: Demand): number {
  return quota === undefined ? least : Math.max(least, (1000 * asked * Math.max(1, tasks)) / (quota * share));
}
