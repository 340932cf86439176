// The floor under every write: Heddle answers one when it is on the disk, while an emulator keeps it in memory.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const rows = 100;

/**
 * Milliseconds, in the median, that SQLite takes to bring one row of a kilobyte to the disk that holds the folder, in a
 * transaction of its own and as durably as Heddle has it: no server, no log, no rule.
 */
export function diskFloor(folder: string): number {
  const database = new DatabaseSync(join(folder, 'floor.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS rows (body TEXT)');
  const insert = database.prepare('INSERT INTO rows VALUES (?)');
  const body = 'x'.repeat(1000);
  const times = Array.from({ length: rows }, () => {
    const started = performance.now();
    insert.run(body);
    return performance.now() - started;
  });
  database.close();
  return times.toSorted((a, b) => a - b)[rows / 2] ?? Number.NaN;
}
