// A mesh made again under its old name goes on in the same stream with a new uid, and starts unshared and empty.
import { expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import { meshOf } from '#events/state.ts';
import { create, mesh, meshRef, node, remove, tag, update } from './documents.ts';
import { given, owner } from './given.ts';

const red = node('red');
const shared: Commit = {
  id: 'share',
  stream: 'mesh/111111111111/colors',
  version: 3,
  time: 10_000,
  schema: 1,
  actor: owner,
  requestId: 'share',
  events: [{ type: 'MeshAccessChanged', shares: [{ share: 'a-share', principals: ['222222222222'] }] }],
};

const gone = given(
  mesh(),
  red,
  shared,
  tag(meshRef, { key: 'a', value: 'b' }),
  update(mesh()),
  remove(red.ref),
  remove(meshRef),
);

test('a deleted mesh leaves its stream where it was', () => {
  expect(gone.mesh.sequence).toBe(7);
  expect(meshOf(gone.mesh)).toBeUndefined();
  expect(gone.account.meshes.isEmpty()).toBe(true);
});

test('a mesh made again has a new uid, version 1, no tags and new times', () => {
  const { mesh: again } = gone.when({ command: create(mesh()), at: 60_000 }).world;
  expect(meshOf(again)).toMatchObject({ uid: 'uid-7', version: 1, createdAt: 60_000, lastUpdatedAt: 60_000, tags: [] });
});

test('its stream goes on with the next version', () => {
  const { mesh: again } = gone.when(create(mesh())).world;
  expect(again.sequence).toBe(8);
});

test('it is shared with nobody, though the one before was', () => {
  expect(given(mesh(), red, shared).mesh.shares).toHaveLength(1);
  expect(gone.when(create(mesh())).world.mesh.shares).toEqual([]);
});

test('what was in the one before is not in it', () => {
  const { world } = gone.when(create(mesh()));
  expect([...world.mesh.resources.keys()]).toEqual(['mesh']);
});

test('its account lists it again, with the new uid', () => {
  const { account } = gone.when({ command: create(mesh()), at: 60_000 }).world;
  expect(account.meshes.get('colors')).toEqual({
    meshName: 'colors',
    uid: 'uid-7',
    version: 1,
    createdAt: 60_000,
    lastUpdatedAt: 60_000,
  });
});
