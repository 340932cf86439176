// Several tasks upon the same views want the same thing: one makes it, and none waits for ever for one that has died.
import { beforeEach, expect, test } from 'vitest';
import { memoryViewStore } from '#store/memory.ts';
import { type OneOfAll, oneOfAll } from './one-of-all.ts';

const turn = 30_000;
let time: number;
let made: string[];
let task: () => OneOfAll;

beforeEach(() => {
  time = 1_000_000;
  made = [];
  const views = memoryViewStore({ now: () => time });
  task = () => oneOfAll(views, () => time);
});

const isThere = async () => made.length > 0;

/** Makes it once it is told to; `begun` resolves when its turn has come. */
function slowly(name: string) {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const make = async () => {
    begun.resolve();
    await go.promise;
    made.push(name);
    return name;
  };
  return { begun: begun.promise, go: go.resolve, make };
}

test('the first makes it, the others wait and make none', async () => {
  const first = slowly('first');
  const mine = task()('key', isThere, first.make);
  await first.begun;
  const others = [1, 2, 3].map(() => task()('key', isThere, async () => expect.unreachable()));
  first.go();
  expect(await mine).toBe('first');
  expect(await Promise.all(others)).toEqual([undefined, undefined, undefined]);
});

test('the turn of one that does not come to its end goes to another, which keeps it when the late one ends', async () => {
  const [late, next] = [slowly('late'), slowly('next')];
  const nothing = async () => false;
  const lateOne = task()('key', nothing, late.make);
  await late.begun;
  time += turn;
  const nextOne = task()('key', nothing, next.make);
  await next.begun;
  late.go();
  expect(await lateOne).toBe('late');
  // Its turn is not over: a third finds it taken.
  expect(
    await task()(
      'key',
      async () => true,
      async () => expect.unreachable(),
    ),
  ).toBeUndefined();
  const taken: string[] = [];
  const third = task()('key', nothing, async () => void taken.push('third'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken).toEqual([]);
  next.go();
  expect(await nextOne).toBe('next');
  await third;
  expect(taken).toEqual(['third']);
});

test('what fails gives its turn back', async () => {
  await expect(task()('key', isThere, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await task()('key', isThere, async () => 'made')).toBe('made');
});
