// A file that holds a token: its owner's alone (mode 0600).
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { Failure } from './failure.ts';

/** Writes by renaming a new file into place: Envoy rereads only then, and nobody ever sees half of it. */
export async function writeSecretFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new Failure(`${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, 1, {
      cause,
    });
  }
}
