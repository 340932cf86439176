// The cache of folded states: exact after every append, cheap when little happened, and never past what it cannot read.
import { expect, test, vi } from 'vitest';
import type { EventStore, ViewStore } from '#events/store.ts';
import { appendAll, sampleCommit } from '#test/store/sample-commit.ts';
import { type Texts, textFolding } from '#test/store/text-folding.ts';
import { type StateCacheOptions, stateCache } from './cache.ts';
import { memoryEventStore, memoryViewStore } from './memory.ts';

const a = 'mesh/000000000000/a';
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A cache over a log that notes what is read of it: stream, first version, number of commits given. */
function bench(options: Partial<StateCacheOptions<Texts>> = {}) {
  const log: EventStore = memoryEventStore();
  const views: ViewStore = memoryViewStore({ now: () => 0 });
  const reads: [stream: string, from: number, given: number][] = [];
  const read = vi.fn(async (stream: string, from: number, limit?: number) => {
    const page = await log.read(stream, from, limit);
    reads.push([stream, from, page.length]);
    return page;
  });
  const folded = vi.fn(textFolding.evolve);
  const cache = stateCache({ store: { read }, views, folding: { ...textFolding, evolve: folded }, ...options });
  return { log, views, reads, read, folded, cache };
}

test('a stream in which nothing happened has the empty state', async () => {
  const { cache } = bench();
  expect(await cache.load(a)).toEqual({ state: { version: 0, texts: [] } });
});

test('a load sees every append before it and folds each commit once', async () => {
  const { cache, log, folded, reads } = bench();
  for (const version of range(1, 20)) {
    await appendAll(log, a, [version]);
    expect((await cache.load(a)).state.version).toBe(version);
  }
  expect(folded).toHaveBeenCalledTimes(20);
  expect(reads.at(-1)).toEqual([a, 19, 2]);
});

test('a long stream is read page by page, each from the version held', async () => {
  const { cache, log, reads, folded } = bench({ pageSize: 4 });
  await appendAll(log, a, range(1, 12));
  expect((await cache.load(a)).state.version).toBe(12);
  expect(folded).toHaveBeenCalledTimes(12);
  expect(reads.map(([, from, given]) => [from, given])).toEqual([
    [1, 4],
    [4, 4],
    [7, 4],
    [10, 3],
  ]);
});

test('a long stream is folded without keeping others from their turn', async () => {
  const { cache, log } = bench({ pageSize: 4 });
  await appendAll(log, a, range(1, 12));
  const turn = new Promise((resolve) => setImmediate(() => resolve('turn')));
  expect(await Promise.race([cache.load(a).then(() => 'load'), turn])).toBe('turn');
});

test('a log that is exchanged between two pages is noticed', async () => {
  const onRestored = vi.fn();
  const { cache, log, read } = bench({ pageSize: 4, onRestored });
  const other = memoryEventStore();
  await appendAll(log, a, range(1, 6), { text: 'old' });
  for (const version of range(1, 6)) await other.append([sampleCommit(a, version, { id: `n${version}`, text: 'new' })]);
  const first = read.getMockImplementation();
  read.mockImplementation((stream, from, limit) => other.read(stream, from, limit));
  read.mockImplementationOnce(first ?? log.read);
  expect((await cache.load(a)).state.texts).toEqual(Array(6).fill('new'));
  expect(onRestored).toHaveBeenCalledExactlyOnceWith(a);
});

test('a state that a writer puts saves folding it again, but is checked like any other', async () => {
  const { cache, log, folded } = bench();
  await appendAll(log, a, [1, 2]);
  cache.put(a, { version: 2, commitId: `${a}@2`, texts: ['put', 'put'] });
  expect((await cache.load(a)).state.texts).toEqual(['put', 'put']);
  cache.put(a, { version: 1, commitId: `${a}@1`, texts: ['older'] });
  expect((await cache.load(a)).state.version).toBe(2);
  expect(folded).not.toHaveBeenCalled();
  cache.put(a, { version: 3, commitId: 'never appended', texts: [] });
  expect((await cache.load(a)).state.texts).toEqual(['', '']);
});

test('only the states used last are held', async () => {
  const { cache, log, reads } = bench({ maxStates: 2 });
  for (const stream of ['a', 'b', 'c']) await appendAll(log, stream, [1, 2, 3]);
  for (const stream of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.load(stream);
  // b had to give way to c, a was in use.
  expect(reads.map(([stream, from]) => `${stream}${from}`)).toEqual(['a1', 'b1', 'a3', 'c1', 'a3', 'b1']);
});

test('a cold load starts from the newest snapshot', async () => {
  const { cache, log, views, reads } = bench();
  await appendAll(log, a, range(1, 10));
  const state = { version: 8, commitId: `${a}@8`, texts: ['from the snapshot'] };
  await views.putSnapshot({ stream: a, schema: 1, sequence: 8, state });
  expect((await cache.load(a)).state.texts).toEqual(['from the snapshot', '', '']);
  expect(reads).toEqual([[a, 8, 3]]);
});

test.each([
  { case: 'is ahead of the log', sequence: 9, state: { version: 9, commitId: `${a}@9`, texts: [] }, restored: 1 },
  { case: 'ends with another commit', sequence: 4, state: { version: 4, commitId: 'x', texts: [] }, restored: 1 },
  { case: 'is no state', sequence: 4, state: 'nonsense', bad: 1 },
  { case: 'is of another version', sequence: 4, state: { version: 3, commitId: `${a}@3`, texts: [] }, bad: 1 },
])('a snapshot that $case gives way to the one before', async ({ sequence, state, restored = 0, bad = 0 }) => {
  const onRestored = vi.fn();
  const onBadSnapshot = vi.fn();
  const { cache, log, views } = bench({ onRestored, onBadSnapshot });
  await appendAll(log, a, range(1, 5));
  const good = { version: 2, commitId: `${a}@2`, texts: ['two'] };
  await views.putSnapshot({ stream: a, schema: 1, sequence: 2, state: good });
  await views.putSnapshot({ stream: a, schema: 1, sequence, state });
  expect((await cache.load(a)).state.texts).toEqual(['two', '', '', '']);
  expect(onRestored).toHaveBeenCalledTimes(restored);
  expect(onBadSnapshot).toHaveBeenCalledTimes(bad);
});

test.each([
  { text: 'unreadable', reason: 'written by a newer release' },
  { text: 'throws', reason: 'no such resource' },
])('a commit that cannot be folded ($text) is never skipped', async ({ text, reason }) => {
  const { cache, log } = bench();
  await appendAll(log, a, [1, 2]);
  await appendAll(log, a, [3], { text });
  await appendAll(log, a, [4]);
  for (const _ of ['cold', 'warm']) {
    expect(await cache.load(a)).toEqual({
      state: { version: 2, commitId: `${a}@2`, texts: ['', ''] },
      stopped: { version: 3, reason },
    });
  }
  await appendAll(log, 'other', [1]);
  expect((await cache.load('other')).stopped).toBeUndefined();
});

test('a gap in what the log gives is a bug, not a state', async () => {
  const { cache, log, read } = bench();
  await appendAll(log, a, range(1, 5));
  read.mockImplementationOnce(async (stream, from, limit) =>
    (await log.read(stream, from, limit)).filter((commit) => commit.version !== 3),
  );
  await expect(cache.load(a)).rejects.toThrow(`version 4 of ${a} where 3 is next`);
  expect((await cache.load(a)).state.version).toBe(5);
});

test('a crowd at a cold stream folds it once, and each still sees what was appended before it came', async () => {
  const { cache, log, folded, read } = bench({ pageSize: 10 });
  await appendAll(log, a, range(1, 95));
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
  const unhindered = read.getMockImplementation() ?? log.read;
  // The log answers, and the answer is still on its way when the next commit is appended.
  read.mockImplementation(async (stream, from, limit) => {
    const page = await unhindered(stream, from, limit);
    if (page.at(-1)?.version === 95) await gate;
    return page;
  });
  const early = Array.from({ length: 20 }, () => cache.load(a));
  await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(11));
  await appendAll(log, a, [96]);
  const late = Array.from({ length: 20 }, () => cache.load(a));
  openGate();
  expect((await early[0])?.state.version).toBe(95);
  for (const { state } of await Promise.all(late)) expect(state.version).toBe(96);
  expect(folded).toHaveBeenCalledTimes(96);
});

test('a read that fails is its own callers’ failure only', async () => {
  const { cache, log, read } = bench();
  await appendAll(log, a, [1]);
  read.mockImplementationOnce(async () => {
    throw new Error('the database is away');
  });
  const first = cache.load(a);
  const second = cache.load(a);
  await expect(first).rejects.toThrow('away');
  expect((await second).state.version).toBe(1);
});
