// Versions of sets of resources.
import { expect, test } from 'vitest';
import { snapshotOf } from './fixture.ts';
import { versionOf, versionOfMap } from './version.ts';

test('the order in which resources stand does not matter, names and versions do', () => {
  const pairs = [['a', '1'] as const, ['b', '2'] as const];
  expect(versionOf(pairs)).toMatch(/^[0-9a-f]{16}$/);
  expect(versionOf(pairs.toReversed())).toBe(versionOf(pairs));
  expect(versionOf([['a', '1']])).not.toBe(versionOf(pairs));
  expect(versionOf([['a', '12']])).not.toBe(versionOf([['a1', '2']]));
});

test('it is the same for equal maps, in this process and in any other', () => {
  const [one, two] = [snapshotOf(1, { route: { r: 'x', q: 'y' } }), snapshotOf(2, { route: { q: 'y', r: 'x' } })];
  expect(versionOfMap(one.resources.route)).toBe(versionOfMap(two.resources.route));
  expect(versionOfMap(one.resources.route)).toBe('5cd081f5a6eebd14');
});
