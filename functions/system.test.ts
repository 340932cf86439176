// The schema to write in, as the installation's own stream has it.
import { expect, test } from 'vitest';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore } from '#store/memory.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { systemOf } from './system.ts';

const raised = (version: number, schema: number) => ({
  ...sampleCommit('system', version),
  events: [{ type: 'WriteSchemaRaised' as const, schema }],
});

function counted(events: EventStore) {
  const reads = { count: 0, fail: false };
  const store: EventStore = {
    ...events,
    async read(stream, from, limit) {
      reads.count += 1;
      if (reads.fail) throw new Error('not now');
      return events.read(stream, from, limit);
    },
  };
  return { store, reads };
}

test('is read once, and again when the stream has moved', async () => {
  const events = memoryEventStore();
  const { store, reads } = counted(events);
  const system = systemOf(store);
  expect(await Promise.all([system.writeSchema(), system.writeSchema()])).toEqual([1, 1]);
  expect(reads.count).toBe(1);
  await events.append([raised(1, 7)]);
  await expect.poll(() => system.writeSchema()).toBe(7);
});

test('is read again when it has held long enough, where nothing can be followed', async () => {
  const events = memoryEventStore();
  const { store, reads } = counted(events);
  let time = 0;
  const system = systemOf(store, { milliseconds: 10, now: () => time });
  expect(await system.writeSchema()).toBe(1);
  await events.append([raised(1, 7)]);
  time = 9;
  expect([await system.writeSchema(), reads.count]).toEqual([1, 1]);
  time = 10;
  expect(await system.writeSchema()).toBe(7);
});

test('is asked for again after a read that failed', async () => {
  const { store, reads } = counted(memoryEventStore());
  const system = systemOf(store);
  reads.fail = true;
  await expect(system.writeSchema()).rejects.toThrow('not now');
  reads.fail = false;
  expect(await system.writeSchema()).toBe(1);
});
