// Runs one of the installed tools (biome, tsc, knip, vitest) with its output shown and everything that a test may need
// in its environment.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

export const project = resolve(import.meta.dirname, '../..');
const envoy = join(project, '.cache/bin/envoy');

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
    ...(process.env.HEDDLE_ENVOY === undefined && existsSync(envoy) && { HEDDLE_ENVOY: envoy }),
  };
}

/**
 * @param script a program's file, relative to the project, that this Node runs
 * @returns whether it ended with 0
 */
export function command(script: string, parameters: readonly string[]): Promise<boolean> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [join(project, script), ...parameters], {
      cwd: project,
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => {
      process.stderr.write(`${script}: ${error.message}\n`);
      settle(false);
    });
    child.on('close', (code) => settle(code === 0));
  });
}
