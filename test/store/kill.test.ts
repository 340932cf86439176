// SIGKILL at any time loses no acknowledged append, and leaves a log without a gap or half an append.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqlite } from '#store/sqlite.ts';
import { startChild } from './child-process.ts';
import { scratchFolder } from './scratch-folder.ts';

const rounds = 10;
const appender = new URL('./appender.ts', import.meta.url);

test('kill -9 of a writer loses no acknowledged append', { timeout: 120_000 }, async () => {
  const folder = scratchFolder();
  const file = join(folder.path, 'heddle.db');
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    // Another number of appends each round, so that the kill falls on another moment of the write-ahead log's life.
    const enough = 20 + round * 97;
    let seen = 0;
    const child = startChild(appender, [file], () => {
      seen += 1;
      if (seen === enough) child.process.kill('SIGKILL');
    });
    const lines = await child.lines;
    expect(child.process.signalCode).toBe('SIGKILL');
    expect(lines.length).toBeGreaterThanOrEqual(enough);
    for (const line of lines) {
      const [stream, version, id = ''] = line.split(' ');
      acknowledged.set(`${stream} ${version}`, id);
    }

    const { events, views } = openSqlite(file, { now: Date.now });
    const log = { a: await events.read('a', 1), b: await events.read('b', 1) };
    for (const commits of [log.a, log.b]) {
      expect(commits.map((commit) => commit.version)).toEqual(commits.map((_, index) => index + 1));
    }
    const held = new Map([...log.a, ...log.b].map(({ stream, version, id }) => [`${stream} ${version}`, id]));
    expect([...acknowledged].filter(([place, id]) => held.get(place) !== id)).toEqual([]);
    const ids = new Set(log.a.map((commit) => commit.id));
    expect(log.b.filter((commit) => !ids.has(commit.id))).toEqual([]);
    await events.close();
    await views.close();
  }
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }]);
  database.close();
  folder.remove();
});
