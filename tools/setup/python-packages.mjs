// Packages from PyPI in a home of their own under .cache, their programs linked into .cache/bin.
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './project.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r'];

/** @param {string} program */
export const programPath = (program) => join(cache, 'bin', program);

async function withVirtualEnvironment({ home, requirements, program, node }) {
  await run('python3', ['-m', 'venv', home], { node, quiet: true });
  await run(join(home, 'bin/python'), [...install, requirements], { node });
  const version = readdirSync(join(home, 'lib')).find((name) => name.startsWith('python3'));
  symlinkSync(join(home, 'bin', program), programPath(program));
  return join(home, 'lib', version ?? '', 'site-packages');
}

/** For machines whose Python comes without ensurepip (Debian's python3 alone): a plain folder does as well. */
async function withFolder({ home, requirements, program, node }) {
  const folder = join(home, 'packages');
  await run('python3', [...install, requirements, '--target', folder], { node });
  const script = `#!/bin/sh\nPYTHONPATH='${folder}' exec python3 '${folder}/bin/${program}' "$@"\n`;
  writeFileSync(programPath(program), script);
  chmodSync(programPath(program), 0o755);
  return folder;
}

/**
 * Installs anew what a file of requirements names, and links one program of it.
 *
 * @param {{home: string, requirements: string, program: string, node: string}} wanted
 * @returns {Promise<string>} where the packages went
 */
export async function bringPackages(wanted) {
  const { home, program } = wanted;
  for (const path of [home, programPath(program)]) rmSync(path, { recursive: true, force: true });
  mkdirSync(join(cache, 'bin'), { recursive: true });
  try {
    return await withVirtualEnvironment(wanted);
  } catch (error) {
    say(`${error.message}: trying pip without a virtual environment`);
    for (const path of [home, programPath(program)]) rmSync(path, { recursive: true, force: true });
    return withFolder(wanted);
  }
}
