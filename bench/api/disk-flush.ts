// The floor under every write: Heddle answers one when it is on the disk, while an emulator keeps it in memory.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const rounds = 300;

/** Milliseconds, in the median, to bring 4 KiB to the disk that holds the folder. */
export function diskFlush(folder: string): number {
  const file = openSync(join(folder, 'flush'), 'w', 0o600);
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: rounds }, () => {
    const started = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  return times.toSorted((a, b) => a - b)[rounds / 2] ?? Number.NaN;
}
