// Makes the folder that secrets are kept in, with what is missing above it, one by one: Node's own recursive mkdir spins
// for ever where a folder is there and can hold nothing, as in /proc (Node 24).
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Missing folders get mode 0700; existing ones are left as they are. Throws when `path` cannot be had as a folder. */
export function makePrivateFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`${path} is not a folder`);
  if (dirname(path) !== path) makePrivateFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been first.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
