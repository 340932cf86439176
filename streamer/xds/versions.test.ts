// Sets of versions: what a response makes of them, and that those who had the same share what they have then.
import { expect, test } from 'vitest';
import { absent, afterTaking, afterTelling, noVersions, without } from './versions.ts';

const before = new Map([
  ['a', '1'],
  ['b', '1'],
]);
const items = new Map([
  ['b', '2'],
  ['c', absent],
]);

test('what was told is kept with what is gone, what was taken without', () => {
  expect([...afterTelling(before, items)]).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['c', absent],
  ]);
  expect([...afterTaking(before, items)]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect([...afterTaking(noVersions, items)]).toEqual([['b', '2']]);
});

test('who had the same and is told the same has the same', () => {
  expect(afterTelling(before, items)).toBe(afterTelling(before, items));
  expect(afterTaking(before, items)).toBe(afterTaking(before, items));
  const change = new Map([['a', '2']]);
  expect(afterTaking(before, change)).toBe(afterTelling(before, change));
  expect(afterTelling(noVersions, change)).toBe(change);
});

test('nothing is changed that others hold', () => {
  afterTelling(before, items);
  afterTaking(before, items);
  expect([...without(before, ['a', 'z'])]).toEqual([['b', '1']]);
  expect(without(before, ['z'])).toBe(before);
  expect([...before]).toEqual([
    ['a', '1'],
    ['b', '1'],
  ]);
});
