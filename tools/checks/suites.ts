// Runs the test suites of the named vitest projects and adds up what vitest reports as JSON.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command, project } from './command.ts';
import { type Outcome, verdict } from './outcome.ts';
import { outcomeOf, type Report } from './report.ts';

const file = join(project, '.cache/vitest.json');

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
