// Writes what must stay secret (credentials, keys, token files): readable by its owner alone from the first byte,
// and renamed into place so that a reader or a crash never sees half of it.
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

/** Puts `text` at `path` with mode 0600; missing folders above it are made with mode 0700. */
export const writeSecretFile = (path: string, text: string): void => {
  makePrivateFolder(dirname(path));
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};
