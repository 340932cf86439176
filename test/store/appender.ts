// A program: appends to two streams as fast as it can, until it is killed; prints each commit once it is acknowledged.
// Argument: the store's file.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openSqlite } from '#store/sqlite.ts';
import { sampleCommit } from './sample-commit.ts';

const { events } = openSqlite(process.argv[2] ?? '', { now: Date.now });
const newest = { a: (await events.read('a', 1)).length, b: (await events.read('b', 1)).length };
const text = 'x'.repeat(1000);

for (let round = 0; ; round++) {
  const id = randomUUID();
  newest.a += 1;
  const commits = [sampleCommit('a', newest.a, { id, text })];
  if (round % 3 === 0) {
    newest.b += 1;
    commits.push(sampleCommit('b', newest.b, { id, text }));
  }
  const result = await events.append(commits);
  if (!result.ok) throw new Error('the only writer lost a race');
  // One system call: what is printed is out of this process before the next append begins.
  writeSync(1, commits.map((commit) => `${commit.stream} ${commit.version} ${id}\n`).join(''));
}
