// The values of condition keys in a request.
import { expect, test } from 'vitest';
import { contextOf, resourceEntries, tagEntries, timeEntries } from './request-context.ts';

test('the names of keys do not tell upper from lower case', () => {
  const context = contextOf([['aws:SourceIp', '127.0.0.1']]);
  expect(context.valuesOf('AWS:sourceip')).toEqual(['127.0.0.1']);
  expect(context.valuesOf('aws:SourceIpx')).toBeUndefined();
});

test('a key has all its values, those of tags whose keys differ in case alone among them', () => {
  const tags = [
    { key: 'Team', value: 'a' },
    { key: 'team', value: 'b' },
    { key: '__proto__', value: 'c' },
  ];
  const context = contextOf(tagEntries('aws:RequestTag', tags));
  expect(context.valuesOf('aws:RequestTag/TEAM')).toEqual(['a', 'b']);
  expect(context.valuesOf('aws:RequestTag/__proto__')).toEqual(['c']);
  expect(context.valuesOf('constructor')).toBeUndefined();
});

test('a resource has an account and tags under two names', () => {
  const context = contextOf(
    resourceEntries('arn:aws:appmesh:us-east-1:111122223333:mesh/m', [{ key: 'k', value: 'v' }]),
  );
  expect(context.valuesOf('aws:ResourceAccount')).toEqual(['111122223333']);
  expect(context.valuesOf('aws:ResourceTag/k')).toEqual(['v']);
  expect(context.valuesOf('appmesh:ResourceTag/k')).toEqual(['v']);
  expect(contextOf(resourceEntries('*', [])).valuesOf('aws:ResourceAccount')).toBeUndefined();
});

test('the time of a request is told to the second', () => {
  expect(timeEntries(1_600_000_000_999)).toEqual([
    ['aws:CurrentTime', '2020-09-13T12:26:40Z'],
    ['aws:EpochTime', '1600000000'],
  ]);
});
