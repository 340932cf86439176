// Writers write a new schema when it is raised, which is done once and when nobody is left who would stop at it.
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { fleetViews } from '#events/fleet.ts';
import { systemStream } from '#events/names.ts';
import { newestSchema } from '#events/schema.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { memoryEventStore, memoryViewStore } from './memory.ts';
import { raiseWriteSchema } from './raise-schema.ts';
import type { Stores } from './through.ts';

let stores: Stores;
const options = { id: randomUUID, now: () => 5_000 };
const raise = (more: { readonly to?: number; readonly force?: boolean } = {}) =>
  raiseWriteSchema(stores, { ...options, ...more });
const beat = (task: string, value: object) => stores.views.put(fleetViews.tasks, { key: task, value });

beforeEach(() => {
  stores = { events: memoryEventStore(), views: memoryViewStore({ now: () => 0 }) };
});

test('what is written already needs no commit', async () => {
  expect(await raise()).toEqual({ done: 'already', from: newestSchema, to: newestSchema });
  expect(await stores.events.read(systemStream, 1)).toEqual([]);
});

test('it is raised once, by a commit that earlier releases can read', async () => {
  await beat('task', { at: 0, streams: 0, reads: 3 });
  const many = await Promise.all([raise({ to: 3 }), raise({ to: 3 })]);
  expect(many.map(({ done }) => done).sort()).toEqual(['already', 'raised']);
  const commits = await stores.events.read(systemStream, 1);
  expect(commits).toMatchObject([{ schema: 1, time: 5_000, events: [{ type: 'WriteSchemaRaised', schema: 3 }] }]);
  expect(await raise({ to: 2 })).toEqual({ done: 'already', from: 3, to: 3 });
});

test('a living task that would stop at it is named, and goes before everything but force', async () => {
  await beat('new', { at: 0, streams: 0, reads: 2 });
  await beat('old', { at: 0, streams: 0, reads: 1 });
  await beat('oldest', { at: 0 });
  expect(await raise({ to: 2 })).toEqual({ done: 'too-early', behind: ['old', 'oldest'] });
  expect(await stores.events.read(systemStream, 1)).toEqual([]);
  expect(await raise({ to: 2, force: true })).toEqual({ done: 'raised', from: 1, to: 2 });
});

test('a release that cannot read the stream to its end does not write behind it', async () => {
  await stores.events.append([{ ...sampleCommit(systemStream, 1), schema: 99 }]);
  await expect(raise({ to: 2 })).rejects.toThrow('the stream system cannot be read beyond version 0');
});
