// Counts vitest's JSON report. A file that could not be loaded holds no tests, and an error outside any test belongs to
// none: both count as failed all the same, since a run that did not succeed must never add up to a green sum.
import type { Outcome } from './outcome.ts';

export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** @param succeeded whether vitest itself ended with 0 */
export function outcomeOf(name: string, report: Report, succeeded: boolean): Outcome {
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const counted = report.numFailedTests + unloaded;
  return {
    name,
    passed: report.numPassedTests,
    failed: counted === 0 && !succeeded ? 1 : counted,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
