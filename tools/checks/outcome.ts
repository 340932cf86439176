// What one part of `npm test` found: the numbers that the last line adds up.
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A part that is a single yes or no. */
export const verdict = (name: string, good: boolean): Outcome => ({
  name,
  passed: good ? 1 : 0,
  failed: good ? 0 : 1,
  skipped: 0,
});

export const inWords = ({ passed, failed, skipped }: Omit<Outcome, 'name'>): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
