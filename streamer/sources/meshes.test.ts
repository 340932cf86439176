// Following a mesh: what can be folded is told, what cannot is trouble, and nobody hears of what is followed no more.
import { beforeEach, expect, test, vi } from 'vitest';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { mesh, node, router } from '#test/given/documents.ts';
import { type MeshWriter, meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';
import { type MeshChange, meshSource } from './meshes.ts';

let log: EventStore;
let writer: MeshWriter;
let reading: (read: EventStore['read']) => EventStore['read'];
const onChange = vi.fn<(stream: string, change: MeshChange) => void>();
const onTrouble = vi.fn();

beforeEach(async () => {
  onChange.mockReset();
  onTrouble.mockReset();
  reading = (read) => read;
  log = memoryEventStore();
  writer = meshWriter(log);
  await writer.write(mesh(), node('red'));
});

function follow() {
  const read: EventStore['read'] = (...given) => reading((...asked) => log.read(...asked))(...given);
  const events = { ...log, read, follow: (...given: Parameters<EventStore['follow']>) => log.follow(...given) };
  return meshSource({ events, views: memoryViewStore({ now: () => 0 }), onChange, onTrouble, sweepInterval: 5 });
}

test('what came before a commit that cannot be folded is not lost with it', async () => {
  const meshes = follow();
  await meshes.follow(stream);
  // Both come with one read.
  let hold = true;
  reading =
    (read) =>
    async (...given) =>
      hold ? (await read(...given)).slice(0, 1) : read(...given);
  await writer.write(node('blue'));
  await log.append([unreadable(4)]);
  hold = false;
  await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledWith(stream, expect.stringMatching(/\(version 4\)$/)));
  expect(onChange).toHaveBeenCalledOnce();
  expect(onChange.mock.calls[0]?.[1].after.resources.has('virtualNode/blue')).toBe(true);
  expect(meshes.current(stream)?.mesh.sequence).toBe(3);
  meshes.close();
});

test('a log that was restored to one that cannot be folded to its end is trouble', async () => {
  const meshes = follow();
  await meshes.follow(stream);
  const restored = memoryEventStore();
  await meshWriter(restored).write(mesh(), router('r'));
  await restored.append([unreadable(3)]);
  reading =
    () =>
    (...given) =>
      restored.read(...given);
  await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledWith(stream, expect.stringMatching(/\(version 3\)$/)));
  expect(onChange.mock.calls[0]?.[1]).toMatchObject({ changed: 'all', after: { sequence: 2 } });
  meshes.close();
});

test('trouble is over when nobody follows the mesh any more', async () => {
  await log.append([unreadable(3)]);
  const meshes = follow();
  await meshes.follow(stream);
  await meshes.follow(stream);
  expect(onTrouble).toHaveBeenCalledOnce();
  meshes.release(stream);
  expect(onTrouble).toHaveBeenCalledOnce();
  meshes.release(stream);
  expect(onTrouble).toHaveBeenLastCalledWith(stream, undefined);
  meshes.close();
});

test('a read that ends after the release tells nobody anything', async () => {
  const meshes = follow();
  await meshes.follow(stream);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let asked = false;
  reading = () => async () => {
    asked = true;
    await gate;
    throw new Error('away');
  };
  await vi.waitFor(() => expect(asked).toBe(true));
  meshes.release(stream);
  open();
  await new Promise((resolve) => setImmediate(resolve));
  expect(onTrouble).not.toHaveBeenCalled();
  meshes.close();
});

test('a mesh that cannot be read is not followed, and the cause is told to whoever asked', async () => {
  const meshes = follow();
  const cause = new Error('away');
  reading = () => async () => {
    throw cause;
  };
  await expect(meshes.follow(stream)).rejects.toMatchObject({ cause });
  expect(meshes.current(stream)).toBeUndefined();
  expect(onTrouble.mock.calls).toEqual([
    [stream, 'away'],
    [stream, undefined],
  ]);
  meshes.close();
});
