// Writes a file that holds a token: readable by its owner alone from the first byte, and renamed into its place, so that
// nobody ever sees half of it.
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { Failure } from './failure.ts';

/** Mode 0600, whatever was there before; a Failure when it cannot be written. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
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
