// Old commits are brought up to date when they are read, a newer one stops the reader: with a made-up history of three
// schemas, and as every kind of stream is folded.
import { describe, expect, test } from 'vitest';
import type { Commit } from './event.ts';
import { accountFolding, meshFolding, systemFolding } from './folding.ts';
import { newestSchema, upcast, writableSchema } from './schema.ts';

const commit = (schema: number, requestId = 'r'): Commit => ({
  id: 'c',
  stream: 'mesh/111111111111/m',
  version: 1,
  time: 5,
  schema,
  actor: { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:root' },
  requestId,
  events: [],
});

const steps = {
  1: (old: Commit): Commit => ({ ...old, requestId: `${old.requestId}-of-1` }),
  2: (old: Commit): Commit => ({ ...old, requestId: `${old.requestId}-of-2` }),
};

describe('an old commit', () => {
  test('goes through every step from its schema to the newest, in order', () => {
    expect(upcast(commit(1), steps, 3)).toEqual({ ...commit(3), requestId: 'r-of-1-of-2' });
    expect(upcast(commit(2), steps, 3)).toEqual({ ...commit(3), requestId: 'r-of-2' });
  });

  test('of the newest schema is read as it is', () => {
    const today = commit(3);
    expect(upcast(today, steps, 3)).toBe(today);
  });

  test('for which no step was written is a bug, and said to be', () => {
    expect(() => upcast(commit(1), { 2: steps[2] }, 3)).toThrow('schema 1');
  });
});

describe('a commit of a newer schema', () => {
  test('is not read', () => {
    expect(upcast(commit(4), steps, 3)).toEqual({ newer: 4 });
  });

  test.each([
    ['a mesh', meshFolding],
    ['an account', accountFolding],
    ['the system', systemFolding],
  ])('stops the folding of %s, which says why', (_what, folding) => {
    const start = folding.initial('mesh/111111111111/m');
    const { evolve } = folding as { readonly evolve: (state: unknown, next: Commit) => unknown };
    expect(evolve(start, commit(newestSchema + 1))).toEqual({
      unreadable: `it was written by a newer release, in schema ${newestSchema + 1}`,
    });
    expect(evolve(start, commit(newestSchema))).toMatchObject({ sequence: 1, commitId: 'c', time: 5 });
  });
});

describe('the schema to write in', () => {
  test('is the one that the installation names', () => {
    expect(writableSchema(1)).toBe(1);
  });

  test('is never one that this release does not know', () => {
    expect(writableSchema(newestSchema + 5)).toBe(newestSchema);
  });
});
