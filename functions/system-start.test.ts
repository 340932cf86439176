// The start's own entry in the stream of the installation: once, by whoever is first, and never for ever.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemStream } from '#events/names.ts';
import { memoryEventStore } from '#store/memory.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { systemOf } from './system.ts';

const key = (kid: string) => ({ kid, publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } }) as never;

test('a signing key is announced once, whoever else starts at the same moment', async () => {
  const events = memoryEventStore();
  const starting = ['a', 'b', 'a', 'c', 'b'].map((kid) => systemOf(events).announce(key(kid), randomUUID, Date.now));
  await Promise.all(starting);
  await systemOf(events).announce(key('c'), randomUUID, Date.now);
  const commits = await events.read(systemStream, 1);
  expect(commits.flatMap((commit) => commit.events.map((event) => 'kid' in event && event.kid)).sort()).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test('a stream that a newer release wrote ends the start with one line, unless it knows the key', async () => {
  const events = memoryEventStore();
  await systemOf(events).announce(key('known'), randomUUID, Date.now);
  await events.append([{ ...sampleCommit(systemStream, 2), schema: 99 }]);
  await expect(systemOf(events).announce(key('new'), randomUUID, Date.now)).rejects.toThrow(
    'the stream system cannot be read beyond version 1: it was written by a newer release, in schema 99',
  );
  await systemOf(events).announce(key('known'), randomUUID, Date.now);
});

test('a race that is always lost ends as well', async () => {
  const lost = { stream: systemStream, expected: 0, current: 1 };
  const events = { ...memoryEventStore(), append: async () => ({ ok: false, lost }) as const };
  await expect(systemOf(events).announce(key('a'), randomUUID, Date.now)).rejects.toThrow('try again');
});
