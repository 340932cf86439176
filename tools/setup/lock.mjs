// One set-up at a time: `npm start` and `npx heddle` in two terminals would otherwise install over each other.
// A lock file with the owner's process id; the lock of a process that is gone is taken over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache } from './project.mjs';
import { say } from './say.mjs';

const file = join(cache, 'setup.lock');

function owner() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Makes the lock with its content in one go, so that nobody ever reads an empty one. */
function take() {
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, String(process.pid));
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Moves a dead owner's lock away; only one of several that wait can move the very file it judged. */
function clearDead(pid) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== pid) renameSync(aside, file);
  } catch {
    // Somebody else was first; the next round looks again.
  }
  rmSync(aside, { force: true });
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(); ) {
    const pid = owner();
    if (pid !== undefined && /^\d+$/.test(pid) && !lives(Number(pid))) {
      clearDead(pid);
      continue;
    }
    if (!told) say(`another set-up runs here${pid ? ` (process ${pid})` : ''}: waiting for it`);
    told = true;
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
