// Looking for what other processes append goes on through any trouble, which is told of.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isStoreFailure } from '#events/store-failure.ts';
import { appendAll } from '#test/store/sample-commit.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { openSqlite, type SqliteStore } from './sqlite.ts';

const generous = { timeout: 20_000, interval: 5 };
let folder: ScratchFolder;
let store: SqliteStore;
let other: DatabaseSync;
beforeEach(() => {
  folder = scratchFolder();
  const file = join(folder.path, 'heddle.db');
  store = openSqlite(file, { now: Date.now });
  other = new DatabaseSync(file);
});
afterEach(async () => {
  other.close();
  await store.events.close();
  await store.views.close();
  folder.remove();
});

const breakLog = () => other.exec('ALTER TABLE commits RENAME TO away');
const mendLog = () => other.exec('ALTER TABLE away RENAME TO commits');

test('a look that fails ends nothing: it is told of, and told when it works again', async () => {
  const heard: string[] = [];
  const trouble = vi.fn();
  store.events.follow((stream) => heard.push(stream), trouble).add('a');
  breakLog();
  await vi.waitFor(() => expect(trouble).toHaveBeenCalled(), generous);
  expect(isStoreFailure(trouble.mock.calls[0]?.[0])).toBe(true);
  expect(trouble.mock.calls[0]?.[0].message).toContain('no such table');
  mendLog();
  await vi.waitFor(() => expect(trouble).toHaveBeenLastCalledWith(undefined), generous);
  const { events, views } = openSqlite(join(folder.path, 'heddle.db'), { now: Date.now });
  await appendAll(events, 'a', [1]);
  await vi.waitFor(() => expect(heard).toContain('a'), generous);
  await Promise.all([events.close(), views.close()]);
});

test('a stream can be followed while the log cannot be read, and is heard of later', async () => {
  await appendAll(store.events, 'b', [1]);
  breakLog();
  const heard: string[] = [];
  const trouble = vi.fn();
  store.events.follow((stream) => heard.push(stream), trouble).add('a');
  await vi.waitFor(() => expect(trouble).toHaveBeenCalled(), generous);
  mendLog();
  await appendAll(store.events, 'a', [1]);
  await vi.waitFor(() => expect(heard).toContain('a'), generous);
});

test('what the database refuses is a failure of the store; what no caller may ask is a bug', async () => {
  breakLog();
  for (const call of [() => appendAll(store.events, 'a', [1]), () => store.events.read('a', 1)]) {
    const error: unknown = await call().catch((caught: unknown) => caught);
    expect(isStoreFailure(error)).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining('no such table'), cause: expect.any(Error) });
  }
  const bug: unknown = await store.events.append([]).catch((caught: unknown) => caught);
  expect([bug instanceof Error, isStoreFailure(bug)]).toEqual([true, false]);
  mendLog();
});

test('what was read is read anew as soon as another process has written more', async () => {
  const long = 'x'.repeat(5_000);
  const elsewhere = openSqlite(join(folder.path, 'heddle.db'), { now: Date.now });
  const read = async (from: number) => (await store.events.read('s', from)).map(({ version, id }) => [version, id]);
  await appendAll(elsewhere.events, 's', [1], { text: long });
  for (let again = 0; again < 3; again += 1) expect(await read(1)).toEqual([[1, 's@1']]);
  await appendAll(elsewhere.events, 's', [2], { text: long });
  expect(await read(1)).toEqual([
    [1, 's@1'],
    [2, 's@2'],
  ]);
  for (let again = 0; again < 3; again += 1) expect(await read(2)).toEqual([[2, 's@2']]);
  await appendAll(store.events, 's', [3]);
  for (let again = 0; again < 2; again += 1) expect(await read(3)).toEqual([[3, 's@3']]);
  await Promise.all([elsewhere.events.close(), elsewhere.views.close()]);
});
