// Differences of JSON values as people read them.
import { expect, it } from 'vitest';
import { differenceLines } from './member-difference.ts';

it.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: { b: 1 } }, { a: { b: 2 } }, ['a.b: 1 → 2']],
  [{ a: 1 }, { b: 'x' }, ['- a: 1', '+ b: "x"']],
  [{ a: [1, 2, 3] }, { a: [1, 3] }, ['- a[1]: 2']],
  [{ a: [1, 3] }, { a: [1, 2, 3] }, ['+ a[1]: 2']],
  [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ['a[0].b: 1 → 2']],
  [{ a: 1 }, { a: [1] }, ['a: 1 → [1]']],
])('%j → %j', (before, after, lines) => {
  expect(differenceLines(before, after)).toEqual(lines);
});

it('tells named items apart by their names', () => {
  const before = {
    clusters: [
      { name: 'red', weight: 100 },
      { name: 'blue', weight: 0 },
    ],
  };
  const after = {
    clusters: [
      { name: 'blue', weight: 100 },
      { name: 'green', weight: 1 },
    ],
  };
  expect(differenceLines(before, after)).toEqual([
    '- clusters[red]: {"name":"red","weight":100}',
    'clusters[blue].weight: 0 → 100',
    '+ clusters[green]: {"name":"green","weight":1}',
  ]);
  expect(differenceLines(before, { clusters: before.clusters.toReversed() })).toEqual(['clusters: in another order']);
});

it('shortens long values', () => {
  const [line = ''] = differenceLines({}, { a: 'x'.repeat(5_000) });
  expect(line.length).toBeLessThan(300);
});
