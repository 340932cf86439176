// The embedded store's file: private, recognised, and left alone when it is not ours.
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendAll } from '#test/store/sample-commit.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { openSqlite, type SqliteStore } from './sqlite.ts';

let folder: ScratchFolder;
let file: string;
beforeEach(() => {
  folder = scratchFolder();
  file = join(folder.path, 'data', 'heddle.db');
});
afterEach(() => folder.remove());

const open = (path = file) => openSqlite(path, { now: Date.now });
async function close({ events, views }: SqliteStore): Promise<void> {
  await events.close();
  await views.close();
}
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('the file and those beside it can be read by their owner alone', async () => {
  const store = open();
  await appendAll(store.events, 'a', [1]);
  expect(modeOf(join(folder.path, 'data'))).toBe(0o700);
  for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(modeOf(path)).toBe(0o600);
  await close(store);
});

test('the file is closed when both parts are, in either order and also twice', async () => {
  const store = open();
  await store.views.close();
  await store.views.close();
  await appendAll(store.events, 'a', [1]);
  await store.events.close();
  await expect(store.events.read('a', 1)).rejects.toThrow();
});

test('a commit in the file can be neither changed nor deleted', async () => {
  const store = open();
  await appendAll(store.events, 'a', [1]);
  await close(store);
  const database = new DatabaseSync(file);
  expect(() => database.exec("UPDATE commits SET id = 'x'")).toThrow('never changed');
  expect(() => database.exec('DELETE FROM commits')).toThrow('never deleted');
  database.close();
});

test('a file of somebody else is refused and left as it is', () => {
  const text = join(folder.path, 'text.db');
  writeFileSync(text, 'no database at all, but long enough to have a header'.repeat(100));
  expect(() => open(text)).toThrow(`cannot use ${text} as the store: file is not a database`);
  const other = join(folder.path, 'other.db');
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE theirs (x)');
  database.close();
  const before = readFileSync(other);
  expect(() => open(other)).toThrow(`cannot use ${other} as the store: it is not a store of Heddle`);
  expect(readFileSync(other)).toEqual(before);
  expect(() => open(folder.path)).toThrow(`cannot use ${folder.path} as the store`);
});

test('a file that a newer release wrote is refused', async () => {
  await close(open());
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(() => open()).toThrow('a newer release of Heddle wrote it (its tables have version 99');
});

test('a write waits for another process that holds the lock, and lets everything else go on', async () => {
  const store = open();
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
    if (turns === 5) database.exec('COMMIT');
  }, 1);
  await appendAll(store.events, 'a', [1]);
  clearInterval(ticking);
  expect(turns).toBeGreaterThanOrEqual(5);
  database.close();
  await close(store);
});

test('a damaged snapshot is told of, with what is wrong', async () => {
  const bad: unknown[] = [];
  const { events, views } = openSqlite(file, { now: Date.now, onBadSnapshot: (snapshot) => bad.push(snapshot) });
  for (const sequence of [1, 2, 3]) await views.putSnapshot({ stream: 'a', schema: 1, sequence, state: { sequence } });
  const database = new DatabaseSync(file);
  database.exec("UPDATE snapshots SET digest = 'x' WHERE sequence = 3");
  database.exec('UPDATE snapshots SET body = (SELECT body FROM snapshots WHERE sequence = 1) WHERE sequence = 2');
  database.exec('UPDATE snapshots SET digest = (SELECT digest FROM snapshots WHERE sequence = 1) WHERE sequence = 2');
  database.close();
  expect((await views.newestSnapshot('a', 1))?.sequence).toBe(1);
  expect(bad).toEqual([
    { stream: 'a', schema: 1, sequence: 3, reason: 'its checksum does not hold' },
    { stream: 'a', schema: 1, sequence: 2, reason: 'it is one of a at 1 in format 1' },
  ]);
  await close({ events, views });
});

test('swept entries leave the file', async () => {
  let time = 0;
  const store = openSqlite(file, { now: () => time });
  await store.views.put('v', { key: 'k', value: 1, expiresAt: 10 });
  time = 1_000_000;
  await store.views.put('v', { key: 'other', value: 1 });
  const database = new DatabaseSync(file);
  expect(database.prepare('SELECT key FROM entries').all()).toMatchObject([{ key: 'other' }]);
  database.close();
  await close(store);
});

test('a copy of a closed file is a whole store', async () => {
  const store = open();
  await appendAll(store.events, 'a', [1, 2]);
  await close(store);
  const copy = join(folder.path, 'copy.db');
  copyFileSync(file, copy);
  const copied = open(copy);
  expect(await copied.events.read('a', 1)).toHaveLength(2);
  await close(copied);
});
