// Snapshots of meshes: made when enough has happened, good for a process that has never seen the mesh, and never of more
// than could be folded.
import { is } from 'immutable';
import { beforeEach, expect, test, vi } from 'vitest';
import { meshFolding } from '#events/folding.ts';
import type { MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { mesh, node, route, router, serviceOfNode, update } from '#test/given/documents.ts';
import { appendAll } from '#test/store/sample-commit.ts';
import { type MeshWriter, meshWriter, stream, unreadable } from '#test/streamer/mesh-writer.ts';
import { createProjector } from './project.ts';

const { snapshot } = meshFolding;
let events: EventStore;
let views: ViewStore;
let writer: MeshWriter;
beforeEach(() => {
  events = memoryEventStore();
  views = memoryViewStore({ now: () => 0 });
  writer = meshWriter(events);
});

const newest = async () => (await views.newestSnapshot(stream, snapshot.schema))?.sequence;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The mesh as a process that starts now reads it, and how many commits it read for that. */
async function cold(from: { readonly views?: ViewStore }): Promise<{ state: MeshState; commits: number }> {
  let commits = 0;
  const read: EventStore['read'] = async (...asked) => {
    const page = await events.read(...asked);
    commits += page.length;
    return page;
  };
  const { state } = await stateCache<MeshState>({ store: { read }, ...from, folding: meshFolding }).load(stream);
  return { state, commits };
}

test('a mesh of more than a thousand commits is read from its snapshot, and is the same', async () => {
  const nodes = range(1, 40).map((number) => node(`n${number}`, 'color.local'));
  await writer.write(mesh(), ...nodes, router('r'), route('r', 'all', 'n1', 'n2'), serviceOfNode('color.local', 'n3'));
  const projector = createProjector({ events, views });
  await projector.project(stream);
  expect(await newest()).toBeUndefined();
  for (let round = 0; round < 25; round += 1) await writer.write(...nodes.map((document) => update(document)));
  await projector.project(stream);
  await writer.write({ type: 'Delete', ref: { kind: 'virtualNode', name: 'n40' } });
  const [folded, read] = [await cold({}), await cold({ views })];
  expect([folded.commits > 1_040, read.commits]).toEqual([true, 2]);
  expect(snapshot.toJson(read.state)).toEqual(snapshot.toJson(folded.state));
  expect(is(read.state.users, folded.state.users)).toBe(true);
  expect(is(read.state.members, folded.state.members)).toBe(true);
});

test('hints cost a look for one commit until enough has happened since the newest snapshot', async () => {
  const read = vi.fn(events.read);
  const put = vi.spyOn(views, 'putSnapshot');
  const projector = createProjector({ events: { read }, views, every: 10 });
  await writer.write(mesh());
  for (const version of range(2, 35)) {
    await appendMesh(version);
    await projector.project(stream);
  }
  expect(put.mock.calls.map(([{ sequence }]) => sequence)).toEqual([10, 20, 30]);
  // Of each stretch of ten, nine hints and the one that makes a snapshot: a look, and what is folded for it.
  expect(read.mock.calls.filter(([, , limit]) => limit === 1)).toHaveLength(34);
  // Another process goes on where this one was.
  put.mockClear();
  const other = createProjector({ events, views, every: 10 });
  await Promise.all([other.project(stream), other.project(stream)]);
  expect(put).not.toHaveBeenCalled();
  for (const version of range(36, 41)) await appendMesh(version);
  await Promise.all([other.project(stream), other.project(stream)]);
  expect(put.mock.calls.map(([{ sequence }]) => sequence)).toEqual([41]);
});

const appendMesh = (version: number) => appendAll(events, stream, [version]);

test('a commit that cannot be folded is never skipped, and costs no fold at each hint', async () => {
  await writer.write(mesh());
  await appendAll(events, stream, range(2, 24));
  await events.append([unreadable(25)]);
  await appendAll(events, stream, range(26, 40));
  const projector = createProjector({ events, views, every: 10 });
  await projector.project(stream);
  expect(await newest()).toBe(24);
  const newestSnapshot = vi.spyOn(views, 'newestSnapshot');
  for (const version of range(41, 60)) {
    await appendMesh(version);
    await projector.project(stream);
  }
  expect(await newest()).toBe(24);
  expect(newestSnapshot.mock.calls.length).toBeLessThanOrEqual(4);
});

test('a snapshot that fails is its caller’s to know, and the next one that is due is made', async () => {
  await writer.write(mesh());
  await appendAll(events, stream, range(2, 10));
  const projector = createProjector({ events, views, every: 10 });
  vi.spyOn(views, 'putSnapshot').mockRejectedValueOnce(new Error('disk full'));
  await expect(projector.project(stream)).rejects.toThrow('disk full');
  await appendAll(events, stream, range(11, 20));
  await projector.project(stream);
  expect(await newest()).toBe(20);
});
