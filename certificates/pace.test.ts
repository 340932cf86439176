// Two processes that share their views, and no more calls of an account than its quota allows.
import { expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { sharedPace } from './pace.ts';

test('calls of an account are spread to its quota whoever makes them, of another they are not held back', async () => {
  let time = 10_000;
  const views = memoryViewStore({ now: () => time });
  // The clock goes on when all who may call have called, as far as the first of those who wait.
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  const wait = (milliseconds: number) =>
    new Promise<void>((go) => void waiting.push({ until: time + milliseconds, go }));
  const processes = [1, 2, 3].map(() => sharedPace({ views, perSecond: { export: 4 }, now: () => time, wait }));
  const made: Record<string, number[]> = { a: [], b: [] };
  const all = processes.flatMap((pace) =>
    ['a', 'a', 'a', 'a', 'b'].map((account) => pace(account, 'export').then(() => made[account]?.push(time))),
  );
  let done = false;
  void Promise.all(all).then(() => {
    done = true;
  });
  while (!done) {
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    if (waiting.length === 0) continue;
    time = Math.min(...waiting.map(({ until }) => until));
    for (const { go } of waiting.splice(0)) go();
  }
  expect(made.a).toEqual(Array.from({ length: 12 }, (_, index) => 10_000 + 250 * index));
  expect(made.b).toEqual([10_000, 10_250, 10_500]);
  await processes[0]?.('a', 'describe');
  expect(time).toBe(12_750);
});
