// The hash of files and folders that a step reads, and the stamp that remembers it: a step whose hash is unchanged and
// whose outputs exist is skipped. By content, since a git checkout changes times without changing files.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project } from './project.mjs';

const skipped = /^(node_modules|gen|\.cache|\.git)$|\.test\.ts$/;

function addPath(hash, path) {
  const stats = statSync(join(project, path), { throwIfNoEntry: false });
  if (stats === undefined) {
    hash.update(`${path}\0absent\0`);
  } else if (stats.isDirectory()) {
    const names = readdirSync(join(project, path)).filter((name) => !skipped.test(name));
    for (const name of names.sort()) addPath(hash, `${path}/${name}`);
  } else {
    hash.update(`${path}\0${stats.size}\0`).update(readFileSync(join(project, path)));
  }
}

/** @param {readonly string[]} paths files and folders, relative to the project; tests and generated code do not count */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addPath(hash, path);
  return hash.digest('hex');
}

/** @param {string} file @returns {string | undefined} */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {string} value */
export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, value);
  renameSync(`${file}.${process.pid}`, file);
}
