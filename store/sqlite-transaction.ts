// Work on the embedded store beside other processes: one may hold a lock that this one needs. That is waited for in
// short pauses that leave the event loop to everybody else.
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a lock of another process is waited for before the work fails, in milliseconds. */
const patience = 15_000;

/** Does the work; its first attempt before anything else runs. */
export async function patiently<T>(work: () => T): Promise<T> {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error;
    }
    await pause(Math.random() * 20);
  }
}

/** Does the work in a write transaction: all of it or nothing is kept. */
export const transaction = <T>(database: DatabaseSync, work: () => T): Promise<T> =>
  patiently(() => immediately(database, work));

/** The same at once or not at all: throws when another process holds the lock for longer than the busy timeout. */
export function immediately<T>(database: DatabaseSync, work: () => T): T {
  // A transaction that begins as a reader may find itself unable to write: take the writer's lock from the start.
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLITE_BUSY and its extended codes (https://www.sqlite.org/rescode.html#busy). */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
