// The projector on a stream of changes: hints in any order, twice or lost; failures that hold up nobody else; streams that
// cannot be folded.
import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { meshFolding } from '#events/folding.ts';
import { accountStream, organizationStream, systemStream } from '#events/names.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { having, mesh, node, update } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';
import { meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';
import { membershipWriter } from '../organization/membership.ts';
import { createProjection, type ProjectionMetrics } from './handler.ts';
import { createProjector } from './project.ts';

let events: EventStore;
let views: ViewStore;
let metrics: ProjectionMetrics[];
let troubles: string[];
let lately: ReadonlySet<string>;

beforeEach(() => {
  events = memoryEventStore();
  views = memoryViewStore({ now: () => 0 });
  metrics = [];
  troubles = [];
  lately = new Set();
});

function projection(reading: Pick<EventStore, 'read'> = events) {
  return createProjection({
    events: reading,
    views,
    projector: createProjector({ events: reading, views, every: 10 }),
    now: () => 5_000,
    streamsSince: async () => lately,
    onTrouble: (what, trouble) => void troubles.push(`${what}: ${trouble}`),
    onMetrics: (told) => void metrics.push(told),
  });
}

let sequence = 0;
const hint = (of: string): DynamoDBRecord => {
  sequence += 1;
  return {
    dynamodb: { Keys: { stream: { S: of } }, SequenceNumber: String(sequence), ApproximateCreationDateTime: 3 },
  };
};
const newest = async () => (await views.newestSnapshot(stream, meshFolding.snapshot.schema))?.sequence;
const failures = ({
  batchItemFailures,
}: {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}) => batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

async function write(versions: number): Promise<void> {
  const writer = meshWriter(events);
  await writer.write(mesh(), node('n', 'n.local'));
  for (let version = 3; version <= versions; version += 1) await writer.write(update(node('n', 'n.local')));
}

test('hints that come twice and in any order make the same snapshot, and tell how long they took', async () => {
  await write(12);
  const handle = projection();
  const records = [hint(stream), hint(accountStream(owner.accountId)), hint(stream), hint(systemStream)];
  expect(failures(await handle({ Records: records.toReversed() }))).toEqual([]);
  expect(await newest()).toBe(12);
  const put = vi.spyOn(views, 'putSnapshot');
  expect(failures(await handle({ Records: records }))).toEqual([]);
  expect(put).not.toHaveBeenCalled();
  expect(metrics).toEqual(Array(2).fill({ lag: 2_000, stopped: 0, failed: 0 }));
});

test('a mesh of which no certificates can be noted has its snapshots, and is given back', async () => {
  const certificateArn = `arn:aws:acm:us-east-1:${owner.accountId}:certificate/c`;
  const tls = { mode: 'STRICT', certificate: { acm: { certificateArn } } } as const;
  const listeners = [{ portMapping: { port: 80, protocol: 'http' }, tls }] as const;
  await write(11);
  const plain = node('n', 'n.local');
  await meshWriter(events).write(update(having(plain, { ...plain.spec, listeners })));
  views = { ...views, putUnlessLater: () => Promise.reject(new Error('no room')) };
  const told = hint(stream);
  expect(failures(await projection()({ Records: [told] }))).toEqual([told.dynamodb?.SequenceNumber]);
  expect(await newest()).toBe(12);
});

test('a projector that fails half its batches gives back what it missed, and in the end has it all', async () => {
  await write(25);
  let batches = 0;
  const handle = projection({
    read: (...asked) => (batches % 2 === 1 ? Promise.reject(new Error('throttled')) : events.read(...asked)),
  });
  let Records = [hint(stream), hint(accountStream(owner.accountId))];
  for (let round = 0; round < 10 && Records.length > 0; round += 1) {
    batches += 1;
    const again = failures(await handle({ Records }));
    // Lambda sends what follows the first failure again.
    const first = Records.findIndex(({ dynamodb }) => again.includes(dynamodb?.SequenceNumber ?? ''));
    Records = first < 0 ? [] : Records.slice(first);
  }
  expect(Records).toEqual([]);
  expect(await newest()).toBe(25);
  expect(troubles.join()).toContain('throttled');
});

test('a stream that cannot be folded stops alone: it is told of, never skipped, and holds up no other', async () => {
  await write(14);
  await events.append([unreadable(15)]);
  const handle = projection();
  const answer = await handle({ Records: [hint(stream), hint(accountStream(owner.accountId))] });
  // It would be no better the next time: the batch goes on.
  expect(failures(answer)).toEqual([]);
  expect(await newest()).toBe(14);
  expect(metrics).toEqual([{ lag: 2_000, stopped: 1, failed: 0 }]);
  expect(troubles[0]).toContain(`the stream ${stream} stops before version 15`);
  // Nobody writes to it any more: the sweep goes on telling of it.
  await handle({ sweep: true });
  expect(metrics.at(-1)).toEqual({ stopped: 1, failed: 0 });
});

test('an organization’s stream is read as one: its members stop nothing', async () => {
  const writer = membershipWriter({ events, id: randomUUID, now: () => 0 });
  await writer.write({ id: 'o-a1b2c3d4e5', units: [], accounts: [owner.accountId] });
  const records = [hint(organizationStream('o-a1b2c3d4e5')), hint(systemStream)];
  expect(failures(await projection()({ Records: records }))).toEqual([]);
  expect(troubles).toEqual([]);
  expect(metrics).toEqual([{ lag: 2_000, stopped: 0, failed: 0 }]);
});

test('a sweep that finds thousands looks at a few at once', async () => {
  lately = new Set(Array.from({ length: 500 }, (_, index) => accountStream(String(index).padStart(12, '0'))));
  let now = 0;
  let most = 0;
  const asked = new Set<string>();
  const read: EventStore['read'] = async (of, ...range) => {
    now += 1;
    most = Math.max(most, now);
    asked.add(of);
    await breathe();
    now -= 1;
    return events.read(of, ...range);
  };
  await projection({ read })({ sweep: true });
  expect(asked).toEqual(lately);
  expect(most).toBe(16);
});

test('a sweep finds what no hint told of, and a stream that goes on again is told of no more', async () => {
  await write(11);
  lately = new Set([stream]);
  await views.put('stopped-streams', { key: stream, value: { version: 5, reason: 'an old release' } });
  const handle = projection();
  await handle({ sweep: true });
  expect(await newest()).toBe(11);
  expect(await views.list('stopped-streams')).toEqual([]);
  expect(metrics).toEqual([{ stopped: 0, failed: 0 }]);
});

test('a log that was restored to an earlier point is read anew', async () => {
  await write(13);
  const handle = projection();
  await handle({ Records: [hint(stream)] });
  events = memoryEventStore();
  await write(9);
  const restored = createProjection({
    events,
    views,
    projector: createProjector({ events, views, every: 10 }),
    now: () => 0,
    streamsSince: async () => new Set(),
    onTrouble: (what) => void troubles.push(what),
    onMetrics: () => {},
  });
  expect(failures(await restored({ Records: [hint(stream)] }))).toEqual([]);
  expect(troubles).toEqual([]);
});
