// How resources may be called. The other rules are told as sentences, in test/given.
import { describe, expect, test } from 'vitest';
import type { Kind } from './names.ts';
import { faultsOf } from './rules.ts';

const faulty = (kind: Kind, name: string): readonly string[] =>
  faultsOf({ kind, name }, {}).map(({ path, message }) => {
    expect(message).toContain(path);
    return path;
  });

describe('a name', () => {
  test.each(['a', 'A-1_b', 'x'.repeat(255)])('may be %s', (name) => {
    expect(faulty('virtualNode', name)).toEqual([]);
  });

  test.each(['', 'a.b', 'a/b', 'a b', 'ä', 'a\n', '../x'])('of a node may not be %j', (name) => {
    expect(faulty('virtualNode', name)).toEqual(['virtualNodeName']);
  });

  test.each(['red', 'red.apps.local', 'bücher.example', '10.0.0.1', '*.local'])(
    'of a service may be %s, as any host name',
    (name) => expect(faulty('virtualService', name)).toEqual([]),
  );

  test.each(['', 'a/b', 'a b', 'a\tb', 'x'.repeat(256)])('of a service may not be %j', (name) => {
    expect(faulty('virtualService', name)).toEqual(['virtualServiceName']);
  });
});
