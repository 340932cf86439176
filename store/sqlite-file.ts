// Opens the file of the embedded store: makes it, brings its tables up to date, and refuses a file that is not ours or
// that a newer release has written.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { immediately, isBusy } from './sqlite-transaction.ts';

/** "HEDL": marks the file as ours in SQLite's header (https://www.sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x4845444c;

/** How long a lock of another process is waited for without giving way to the event loop, in milliseconds. */
const busyTimeout = 20;

/** The step at index n brings a file of version n to n + 1; a step that was released never changes. */
const migrations: readonly string[] = [
  `
  -- place counts appends over all streams: a process sees by it what others have appended.
  CREATE TABLE commits (
    place INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, version)
  ) STRICT;
  CREATE TRIGGER commits_are_never_changed BEFORE UPDATE ON commits
    BEGIN SELECT RAISE(ABORT, 'a commit is never changed'); END;
  CREATE TRIGGER commits_are_never_deleted BEFORE DELETE ON commits
    BEGIN SELECT RAISE(ABORT, 'a commit is never deleted'); END;

  CREATE TABLE entries (
    view TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL,
    PRIMARY KEY (view, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_by_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE snapshots (
    stream TEXT NOT NULL,
    schema INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (stream, schema, sequence)
  ) STRICT;
  `,
];

/** Throws, naming the path, when the file cannot be used. */
export function openSqliteFile(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite gives the files beside it (-wal, -shm) the mode of the file itself.
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path, { timeout: busyTimeout });
    claim(database);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw new Error(`cannot use ${path} as the store: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function claim(database: DatabaseSync): void {
  persistently(() => {
    const version = checkOurs(database);
    if (pragma(database, 'journal_mode') !== 'wal') database.exec('PRAGMA journal_mode = WAL');
    if (pragma(database, 'journal_mode') !== 'wal') throw new Error('its file system does not allow a write-ahead log');
    // An append is acknowledged when it is on the disk.
    database.exec('PRAGMA synchronous = FULL');
    if (version < migrations.length) immediately(database, () => migrate(database));
  });
}

/** The version of the file's tables; throws when Heddle has no business in it. */
function checkOurs(database: DatabaseSync): number {
  const version = Number(pragma(database, 'user_version'));
  const id = pragma(database, 'application_id');
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables;
  if (id !== applicationId && (id !== 0 || version !== 0 || tables !== 0))
    throw new Error('it is not a store of Heddle');
  if (version > migrations.length) {
    throw new Error(
      `a newer release of Heddle wrote it (its tables have version ${version}, known is ${migrations.length})`,
    );
  }
  return version;
}

function migrate(database: DatabaseSync): void {
  // Another process may have been first between the check and the lock.
  for (const step of migrations.slice(checkOurs(database))) database.exec(step);
  database.exec(`PRAGMA application_id = ${applicationId}`);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

/** Two processes that make the file at once get in each other's way for a moment, which the busy timeout does not cover. */
function persistently(work: () => void): void {
  const until = Date.now() + 15_000;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error;
      Atomics.wait(pause, 0, 0, 5 + Math.random() * 20);
    }
  }
}
