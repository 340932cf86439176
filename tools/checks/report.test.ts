// What the sum of `npm test` must never do: add up to green when something did not run.
import { describe, expect, it } from 'vitest';
import { outcomeOf, type Report } from './report.ts';

const green: Report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

describe('the sum of the suites', () => {
  it('counts skipped and to-do tests as skipped', () => {
    expect(outcomeOf('suites', green, true)).toEqual({ name: 'suites', passed: 3, failed: 0, skipped: 2 });
  });

  it('counts a file that could not be loaded as failed', () => {
    const report = { ...green, testResults: [...green.testResults, { status: 'failed', assertionResults: [] }] };
    expect(outcomeOf('suites', report, false).failed).toBe(1);
  });

  it('does not count a file twice whose tests failed', () => {
    const failed = { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] };
    expect(outcomeOf('suites', { ...green, numFailedTests: 1, testResults: [failed] }, false).failed).toBe(1);
  });

  it('is not green when vitest itself was not', () => {
    expect(outcomeOf('suites', green, false).failed).toBe(1);
  });
});
