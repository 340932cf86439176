// Several processes on one data directory: they make the file together, race for versions fairly, and hear each other.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqlite, type SqliteStore } from '#store/sqlite.ts';
import { startChild } from './child-process.ts';
import { type ScratchFolder, scratchFolder } from './scratch-folder.ts';
import { takeTurns } from './take-turns.ts';

const contender = new URL('./contender.ts', import.meta.url);
let folder: ScratchFolder;
let file: string;
let store: SqliteStore | undefined;
beforeEach(() => {
  folder = scratchFolder();
  file = join(folder.path, 'heddle.db');
});
afterEach(async () => {
  await store?.events.close();
  await store?.views.close();
  folder.remove();
});

test('fifty writers in four processes win each version once, in a file that none of them found', async () => {
  const children = [17, 17, 15].map((writers) => startChild(contender, [file, 'a', `${writers}`, '4']));
  store = openSqlite(file, { now: Date.now });
  const won = new Map(await takeTurns(store.events, 'a', 4));
  let wins = won.size;
  for (const child of children) {
    for (const line of await child.lines) {
      const [version, id = ''] = line.split(' ');
      won.set(Number(version), id);
      wins += 1;
    }
  }
  expect(wins).toBe(200);
  const log = await store.events.read('a', 1);
  expect(log.map((commit) => commit.version)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(new Map(log.map((commit) => [commit.version, commit.id]))).toEqual(won);
});

test('appends of another process are told of', async () => {
  store = openSqlite(file, { now: Date.now });
  const heard: string[] = [];
  const follower = store.events.follow((stream) => heard.push(stream));
  follower.add('a');
  await startChild(contender, [file, 'b', '1', '1']).lines;
  await startChild(contender, [file, 'a', '1', '1']).lines;
  await vi.waitFor(() => expect(heard).toContain('a'), { timeout: 20_000 });
  expect(heard).not.toContain('b');
  // Nothing is told again that was told, and own appends between others' hide none of them.
  follower.add('b');
  await takeTurns(store.events, 'a', 1);
  await startChild(contender, [file, 'b', '1', '1']).lines;
  await vi.waitFor(() => expect(heard).toContain('b'), { timeout: 20_000 });
});
