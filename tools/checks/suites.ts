// Runs the test suites and counts them from vitest's JSON report. A file that could not be loaded holds no tests, and an
// error outside any test belongs to none: both count as failed all the same.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command, project } from './command.ts';
import { type Outcome, verdict } from './outcome.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const file = join(project, '.cache/vitest.json');

function outcomeOf(name: string, report: Report, succeeded: boolean): Outcome {
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

/** @param projects the names in vitest.config.ts; none is all of them */
export async function suites(projects: readonly string[]): Promise<Outcome> {
  const name = `suites${projects.length === 0 ? '' : ` (${projects.join(', ')})`}`;
  rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  const succeeded = await command('node_modules/vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...projects.map((project) => `--project=${project}`),
  ]);
  try {
    return outcomeOf(name, JSON.parse(readFileSync(file, 'utf8')) as Report, succeeded);
  } catch (error) {
    process.stderr.write(`vitest left no report: ${String(error)}\n`);
    return verdict(name, false);
  }
}
