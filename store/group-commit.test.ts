// Many works, one transaction: what goes together, what is undone alone, and who sees it when.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { type GroupCommit, groupCommit } from './group-commit.ts';

let folder: ScratchFolder;
let database: DatabaseSync;
let other: DatabaseSync;
let group: GroupCommit;
beforeEach(() => {
  folder = scratchFolder();
  database = new DatabaseSync(join(folder.path, 'a.db'), { timeout: 1 });
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER UNIQUE)');
  other = new DatabaseSync(join(folder.path, 'a.db'), { timeout: 1 });
  group = groupCommit(database);
});
afterEach(() => {
  database.close();
  other.close();
  folder.remove();
});

const insert = (n: number) => () => {
  database.exec(`INSERT INTO numbers VALUES (${n})`);
  return n;
};
const numbersIn = (connection: DatabaseSync) =>
  connection
    .prepare('SELECT n FROM numbers ORDER BY n')
    .all()
    .map(({ n }) => n);

test('works asked for in one turn share one commit, in their order', async () => {
  const statements = vi.spyOn(database, 'exec');
  const results = await Promise.all([3, 1, 2].map((n) => group.run(insert(n))));
  expect(results).toEqual([3, 1, 2]);
  expect(statements.mock.calls.filter(([text]) => text === 'COMMIT')).toHaveLength(1);
  expect(statements.mock.calls.flatMap(([text]) => /\d/.exec(text)?.[0] ?? [])).toEqual(['3', '1', '2']);
});

describe('those who were written together', () => {
  let time: number;
  let step: number;
  beforeEach(async () => {
    time = 0;
    step = 10;
    group = groupCommit(database, () => {
      time += step;
      return time;
    });
    await Promise.all([1, 2, 3].map((n) => group.run(insert(n))));
  });

  test('are waited for when the first of them is back', async () => {
    step = 0;
    const statements = vi.spyOn(database, 'exec');
    const first = group.run(insert(4));
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    expect(statements).not.toHaveBeenCalled();
    await Promise.all([first, ...[5, 6].map((n) => group.run(insert(n)))]);
    expect(statements.mock.calls.filter(([text]) => text === 'COMMIT')).toHaveLength(1);
  });

  test('are not waited for longer than a flush takes', async () => {
    expect(await group.run(insert(4))).toBe(4);
    expect(numbersIn(other)).toEqual([1, 2, 3, 4]);
  });

  test('are not waited for once one was alone', async () => {
    await group.run(insert(4));
    step = 0;
    expect(await group.run(insert(5))).toBe(5);
  });
});

test('a work that throws undoes what it did, and nothing else', async () => {
  const broken = group.run(() => {
    insert(2)();
    throw new Error('a bug');
  });
  const all = [group.run(insert(1)), broken, group.run(insert(1)), group.run(insert(3))];
  expect(await Promise.allSettled(all)).toMatchObject([
    { value: 1 },
    { reason: { message: 'a bug' } },
    { status: 'rejected' },
    { value: 3 },
  ]);
  expect(numbersIn(other)).toEqual([1, 3]);
});

test('nobody sees a work before all of its transaction are on the disk, and then everybody at once', async () => {
  const seen: unknown[] = [];
  const look = () => seen.push(numbersIn(other));
  const second = () => {
    look();
    return insert(2)();
  };
  const all = [group.run(insert(1), look), group.run(second, look)];
  look();
  await Promise.all(all);
  expect(seen).toEqual([[], [], [1, 2], [1, 2]]);
});

test('a lock of another process is waited for, and what comes meanwhile goes along', async () => {
  other.exec('BEGIN IMMEDIATE');
  const first = group.run(insert(1));
  const waited = vi.spyOn(database, 'exec');
  await vi.waitFor(() => expect(waited.mock.calls.length).toBeGreaterThan(1));
  const second = group.run(insert(2));
  other.exec('COMMIT');
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(waited.mock.calls.filter(([text]) => text === 'COMMIT')).toHaveLength(1);
});

test('what was asked for is done before the file is closed', async () => {
  const work = group.run(insert(1));
  await group.rest();
  expect(numbersIn(other)).toEqual([1]);
  expect(await work).toBe(1);
  await group.rest();
});

test('a file that cannot be written fails those who asked, and later ones are tried anew', async () => {
  database.exec('PRAGMA query_only = ON');
  await expect(group.run(insert(1))).rejects.toThrow('readonly');
  database.exec('PRAGMA query_only = OFF');
  expect(await group.run(insert(1))).toBe(1);
});
