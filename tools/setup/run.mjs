// Runs one program of the set-up with the chosen Node first on PATH and its whole output on standard error.
import { spawn } from 'node:child_process';
import { basename, delimiter, dirname } from 'node:path';
import { project } from './project.mjs';

/**
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{node: string, cwd?: string, quiet?: boolean}} options node: path of the Node that the program and its
 *   children get; quiet: its output is shown only when it fails
 * @returns {Promise<void>} rejects when it ends with anything but 0
 */
export function run(command, parameters, { node, cwd = project, quiet = false }) {
  return new Promise((resolve, reject) => {
    const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
    const output = quiet ? 'pipe' : 2;
    const env = { ...process.env, PATH };
    const child = spawn(command, parameters, { cwd, env, stdio: ['ignore', output, output] });
    const kept = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => kept.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(kept));
      reject(new Error(`${basename(command)} ${parameters.join(' ')} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

/** @param {readonly string[]} parameters @param {{node: string, cwd?: string}} options */
export function runNpm(parameters, options) {
  const npm = process.env.npm_execpath ?? '';
  const settings = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  // The npm that started this, when one did, run by the chosen Node.
  const started = /npm-cli\.[cm]?js$/.test(npm);
  return started
    ? run(options.node, [npm, ...parameters, ...settings], { ...options, quiet: true })
    : run('npm', [...parameters, ...settings], { ...options, quiet: true });
}
