// Two processes that share their views, and no more calls of an account than its quota allows.
import { expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { quotas } from './at-aws.ts';
import { type Pace, sharedPace } from './pace.ts';

/** What is asked of these processes on a clock that goes on when all who may call have called. */
async function clocked(
  perSecond: Readonly<Record<string, number>>,
  asked: (processes: readonly Pace[], time: () => number) => Promise<unknown>,
): Promise<void> {
  let time = 10_000;
  const views = memoryViewStore({ now: () => time });
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  const wait = (milliseconds: number) =>
    new Promise<void>((go) => void waiting.push({ until: time + milliseconds, go }));
  const processes = [1, 2, 3].map(() => sharedPace({ views, perSecond, now: () => time, wait }));
  let done = false;
  void asked(processes, () => time).then(() => {
    done = true;
  });
  while (!done) {
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    if (waiting.length === 0) continue;
    // As far as the first of those who wait.
    time = Math.min(...waiting.map(({ until }) => until));
    for (const { go } of waiting.splice(0)) go();
  }
}

test('calls of an account are spread to its quota whoever makes them, of another they are not held back', async () => {
  const made: Record<string, number[]> = { a: [], b: [] };
  await clocked({ export: 4 }, async (processes, time) => {
    await Promise.all(
      processes.flatMap((pace) =>
        ['a', 'a', 'a', 'a', 'b'].map((account) => pace(account, 'export').then(() => made[account]?.push(time()))),
      ),
    );
    await processes[0]?.('a', 'describe');
    expect(time()).toBe(12_750);
  });
  expect(made.a).toEqual(Array.from({ length: 12 }, (_, index) => 10_000 + 250 * index));
  expect(made.b).toEqual([10_000, 10_250, 10_500]);
});

test('certificates are looked at less than twice a second, though there be more of them', async () => {
  const made: number[] = [];
  await clocked(quotas, (processes, time) =>
    Promise.all(
      Array.from({ length: 60 }, (_, index) => processes[index % 3]?.('a', 'describe').then(() => made.push(time()))),
    ),
  );
  expect(made).toHaveLength(60);
  expect(Math.max(...made) - Math.min(...made)).toBeGreaterThan(30_000);
});
