// Work on the embedded store that is written together: what is asked for in one turn of the event loop goes into one
// transaction, and so shares one flush of the disk. Nobody, not even in this process, sees any of it before that flush.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { isBusy, patiently } from './sqlite-transaction.ts';

export interface GroupCommit {
  /**
   * Does the work inside a write transaction, all or nothing; resolves with its result when that is on the disk.
   * `committed` is called then, before anything else has a turn.
   */
  run<T>(work: () => T, committed?: (result: T) => void): Promise<T>;
  /** Resolves when nothing is on its way. */
  rest(): Promise<void>;
}

interface Waiting {
  /** Does the work; what is given back tells whoever asked for it, once it is on the disk. */
  attempt(): () => void;
  fail(error: unknown): void;
}

/** `now` in milliseconds. */
export function groupCommit(database: DatabaseSync, now = () => performance.now()): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  // Of the newest transaction: how much work it did, and how many milliseconds its way to the disk took.
  let newest = { size: 1, flush: 0 };

  function take(): readonly Waiting[] {
    const taken = waiting;
    waiting = [];
    return taken;
  }

  /** Throws when another process holds the lock; everything waits on then. */
  function together(): void {
    database.exec('BEGIN IMMEDIATE');
    const taken = take();
    let tell: readonly (() => void)[];
    try {
      tell = taken.map((one) => alone(database, one));
      const written = now();
      database.exec('COMMIT');
      newest = { size: taken.length, flush: now() - written };
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      if (isBusy(error)) {
        waiting = [...taken, ...waiting];
        throw error;
      }
      for (const { fail } of taken) fail(error);
      return;
    }
    for (const done of tell) done();
  }

  /**
   * Lets others come. The requests that a turn of the event loop has read come to their appends before it ends, and a turn
   * that brought some may be followed by more. A crowd whose work went to the disk together will mostly be back together:
   * who is there first waits for the others, for as long as a flush takes and no longer. A lone writer waits for nobody.
   */
  async function gather(): Promise<void> {
    const until = now() + newest.flush;
    let before: number;
    do {
      before = waiting.length;
      await turnEnd();
    } while ((waiting.length > before || waiting.length < newest.size) && now() < until);
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await gather();
      try {
        await patiently(together);
      } catch (error) {
        for (const { fail } of take()) fail(error);
      }
    }
    running = undefined;
  }

  return {
    run: (todo, committed) =>
      new Promise((resolve, reject) => {
        const attempt = () => {
          const result = todo();
          return () => {
            committed?.(result);
            resolve(result);
          };
        };
        waiting.push({ attempt, fail: reject });
        running ??= work();
      }),
    rest: async () => running,
  };
}

/** One work in the transaction of many: what it throws undoes what it did, and nothing else. */
function alone(database: DatabaseSync, { attempt, fail }: Waiting): () => void {
  database.exec('SAVEPOINT one');
  try {
    const done = attempt();
    database.exec('RELEASE one');
    return done;
  } catch (error) {
    // Some errors (a full disk) end the transaction as a whole: https://www.sqlite.org/lang_transaction.html
    if (!database.isTransaction) throw error;
    database.exec('ROLLBACK TO one; RELEASE one');
    return () => fail(error);
  }
}
