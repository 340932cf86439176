// Taking turns.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPushLoop } from './push-loop.ts';

test('a hundred at a time, then others have a turn; twice scheduled is pushed once', async () => {
  const schedule = createPushLoop();
  let pushed = 0;
  const push = () => {
    pushed += 1;
  };
  const targets = Array.from({ length: 250 }, () => ({ push }));
  for (const target of [...targets, ...targets]) schedule(target);
  expect(pushed).toBe(0);
  const seen: number[] = [];
  while (pushed < 250) {
    await turn();
    seen.push(pushed);
  }
  expect(seen.filter((count) => count % 100 !== 0)).toEqual([250]);
  await turn();
  expect(pushed).toBe(250);
});

test('what is scheduled during a push has its turn too', async () => {
  const schedule = createPushLoop();
  const done = new Promise<void>((resolve) => {
    schedule({ push: () => schedule({ push: resolve }) });
  });
  await done;
});
