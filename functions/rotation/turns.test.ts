// Turns are shared by all who look at certificates.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { turns } from './turns.ts';

test('processes that ask at once take turns, fewer than two a second, and each account has its own', async () => {
  const begun = 600_000;
  let time = begun;
  const views = memoryViewStore({ now: () => time });
  const wait = async (milliseconds: number) => {
    time += milliseconds;
  };
  const processes = Array.from({ length: 5 }, () => turns({ views, now: () => time, id: randomUUID, wait }));
  const at: number[] = [];
  for (const turn of [...processes, ...processes]) {
    await turn('a', 'describe');
    at.push(time);
  }
  expect(at).toEqual(at.map((_then, index) => begun + 600 * index));
  const before = time;
  await processes[0]?.('b', 'describe');
  expect(time).toBe(before);
});
