// Admission by the streamer: whatever ends it gives everything back, and nothing that happens meanwhile is missed.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { mesh, meshName, node } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';
import { type MeshWriter, meshWriter, stream } from '#test/streamer/mesh-writer.ts';
import { createStreamer, type Streamer } from './main.ts';
import { type SimulatedEnvoy, simulateEnvoy } from './xds/simulated-envoy.ts';
import type { StreamEvent } from './xds/status.ts';

let writer: MeshWriter;
let streamer: Streamer;
let address: string;
let mayBe: () => Promise<boolean>;
let read: EventStore['read'];
/** The streams that are followed now. */
let followed: Set<string>;
let events: StreamEvent[];
const envoys: SimulatedEnvoy[] = [];

beforeEach(async () => {
  const log = memoryEventStore();
  writer = meshWriter(log);
  await writer.write(mesh(), node('red'));
  mayBe = async () => true;
  read = log.read;
  followed = new Set();
  events = [];
  const follow: EventStore['follow'] = (...given) => {
    const follower = log.follow(...given);
    const add = (name: string) => {
      followed.add(name);
      follower.add(name);
    };
    const remove = (name: string) => {
      followed.delete(name);
      follower.remove(name);
    };
    return { ...follower, add, remove };
  };
  streamer = await createStreamer({
    events: { ...log, read: (...given) => read(...given), follow },
    views: memoryViewStore({ now: Date.now }),
    region: 'us-east-1',
    now: Date.now,
    task: randomUUID(),
    signatures: { verify: async () => ({ caller: owner }), mayBe: async () => mayBe() },
    envoysPerNode: 1,
    onEvent: (event) => void events.push(event),
    onTrouble: () => {},
  });
  [address = ''] = await streamer.listen(['127.0.0.1:0']);
});
afterEach(async () => {
  for (const envoy of envoys.splice(0)) envoy.close();
  await streamer.close(0);
});

function connect(): SimulatedEnvoy {
  const envoy = simulateEnvoy(address, {
    node: `mesh/${meshName}/virtualNode/red`,
    metadata: { authorization: 'AWS4-HMAC-SHA256 signed' },
  });
  envoys.push(envoy);
  envoy.say('cluster');
  return envoy;
}

test('an Envoy that is gone leaves its place and its mesh', async () => {
  const first = connect();
  await first.hear();
  expect(followed).toContain(stream);
  expect(await connect().status).toMatchObject({ code: 8 });
  expect(followed).toContain(stream);
  first.close();
  await vi.waitFor(() => expect(followed).not.toContain(stream));
  await connect().hear();
});

test('an admission that fails gives everything back and is logged with its cause', async () => {
  const cause = new Error('the policies cannot be read');
  mayBe = async () => {
    throw cause;
  };
  expect(await connect().status).toMatchObject({ code: 14 });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 14, cause }));
  expect(followed).not.toContain(stream);
  mayBe = async () => true;
  await connect().hear();
});

test('a mesh that cannot be read is a refusal that says why in the log', async () => {
  const [cause, well] = [new Error('the disk is away'), read];
  read = async () => {
    throw cause;
  };
  const refused = await connect().status;
  expect(refused).toMatchObject({ code: 14, details: `The mesh ${meshName} cannot be read now` });
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'refused', code: 14, cause: expect.objectContaining({ cause }) }),
  );
  expect(followed).not.toContain(stream);
  read = well;
  await connect().hear();
});

test('a node that is deleted while its Envoy is being admitted ends the stream', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: answer, resolve: allow } = Promise.withResolvers<boolean>();
  mayBe = () => {
    ask();
    return answer;
  };
  const envoy = connect();
  await asked;
  await writer.write({ type: 'Delete', ref: { kind: 'virtualNode', name: 'red' } });
  // The streamer has heard of it before it knows whether the Envoy may be the node.
  await new Promise((resolve) => setTimeout(resolve, 20));
  allow(true);
  expect(await envoy.status).toMatchObject({ code: 3, details: expect.stringContaining('any more') });
  expect(followed).not.toContain(stream);
});
