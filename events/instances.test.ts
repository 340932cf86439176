// What of a registry's answer counts, and what it says of an instance.
import { expect, test } from 'vitest';
import { fitting, knownFrom, queryKey, type RegisteredInstance } from './instances.ts';

const one = (id: string, healthy?: boolean, attributes: Readonly<Record<string, string>> = {}): RegisteredInstance => ({
  id,
  attributes,
  ...(healthy !== undefined && { healthy }),
});
const ids = (instances: readonly RegisteredInstance[]) => instances.map(({ id }) => id);

test('of those with all attributes the healthy ones count, or all where none is', () => {
  expect(ids(fitting([one('a', true), one('b', false), one('c')], {}))).toEqual(['a', 'c']);
  expect(ids(fitting([one('a', false), one('b', false)], {}))).toEqual(['a', 'b']);
  const live = { stage: 'live', color: 'red' };
  const mixed = [one('a', true, { stage: 'live' }), one('b', false, live), one('c', true, { ...live, color: 'blue' })];
  expect(ids(fitting(mixed, live))).toEqual(['b']);
  expect(ids(fitting([one('a')], { toString: 'x' }))).toEqual([]);
});

test('an answer becomes instances in the order of their ids, and says when there may be more', () => {
  const attributes = {
    AWS_INSTANCE_IPV4: '10.0.0.1',
    AWS_INSTANCE_IPV6: '2001:db8::1',
    AWS_INSTANCE_PORT: '8080',
    AVAILABILITY_ZONE: 'a',
    other: 'x',
  };
  expect(knownFrom({ instances: [one('b'), one('a', true, attributes)], cut: 2 })).toEqual({
    instances: [{ id: 'a', ipv4: '10.0.0.1', ipv6: '2001:db8::1', port: 8080, zone: 'a' }, { id: 'b' }],
    trouble: 'Cloud Map tells of 2 instances at most: there may be more',
  });
});

test('who is not there has no instances, and who may not be seen those that were known', () => {
  const before = { instances: [{ id: 'a' }], trouble: 'older' };
  expect(knownFrom({ none: 'gone' }, before)).toEqual({ instances: [], trouble: 'gone' });
  expect(knownFrom({ refused: 'no role' }, before)).toEqual({ instances: [{ id: 'a' }], trouble: 'no role' });
  expect(knownFrom({ refused: 'no role' })).toEqual({ instances: [], trouble: 'no role' });
});

test('a query is the same in whatever order its attributes are written', () => {
  const query = { account: '1', namespaceName: 'n', serviceName: 's' };
  expect(queryKey({ ...query, attributes: { a: '1', b: '2' } })).toBe(
    queryKey({ ...query, attributes: { b: '2', a: '1' } }),
  );
});
