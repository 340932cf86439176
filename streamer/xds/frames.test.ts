// Responses as bytes: readable by the generated types, shared by all who are told the same.
import { expect, test } from 'vitest';
import { readDelta, readSotw, snapshotOf } from './fixture.ts';
import { createFrames, type Saying } from './frames.ts';
import { unprefixed } from './message-prefix.ts';

const snapshot = snapshotOf(5, { route: { r: 'r=1', q: 'q=1' } });
const both = [...snapshot.resources.route.values()];
const saying: Saying = { mode: 'delta', type: 'route', version: '5', resources: both, removed: ['gone', 'lost'] };

test('both kinds of response are read back as they were meant', () => {
  const frames = createFrames();
  expect(readDelta(unprefixed(frames(snapshot, saying, 0).bytes))).toEqual({
    type: 'route',
    version: '5',
    nonce: '1',
    resources: { r: 'r=1', q: 'q=1' },
    removed: ['gone', 'lost'],
  });
  expect(readSotw(unprefixed(frames(snapshot, { ...saying, mode: 'sotw', removed: [] }, 0).bytes))).toEqual({
    type: 'route',
    version: '5',
    nonce: '2',
    resources: { r: 'r=1', q: 'q=1' },
    removed: [],
  });
});

test('all streams share one buffer', () => {
  const frames = createFrames();
  expect(frames(snapshot, { ...saying }, 0).bytes).toBe(frames(snapshot, saying, 0).bytes);
});

test('what differs in names, version or removals is another response', () => {
  const frames = createFrames();
  const other = [
    saying,
    { ...saying, version: '6' },
    { ...saying, removed: [] },
    { ...saying, removed: [], resources: both.slice(1) },
    { ...saying, removed: [], resources: [] },
  ].map((one) => frames(snapshot, one, 0).nonce);
  expect(new Set(other).size).toBe(5);
});

test('a stream never sees a nonce again, and those after it share the new one', () => {
  const frames = createFrames();
  const first = frames(snapshot, saying, 0);
  const again = frames(snapshot, saying, first.nonce);
  expect(again.nonce).toBeGreaterThan(first.nonce);
  expect(frames(snapshot, saying, first.nonce)).toBe(again);
});
