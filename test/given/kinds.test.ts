// The life of a resource of each kind: made, changed, deleted; made twice, changed or deleted without being there.
import { describe, expect, test } from 'vitest';
import { keyOf, kinds, parentKind } from '#events/names.ts';
import type { Resource } from '#events/state.ts';
import { colors, create, type Document, meshName, remove, update } from './documents.ts';
import { given, owner, type World } from './given.ts';

const kindOf = (document: Document) => document.ref.kind;
const listed = (document: Document, version: number, uid: string, createdAt: number) =>
  kindOf(document) === 'mesh' ? [{ type: 'MeshListed' as const, meshName, uid, version, createdAt }] : [];

/** What must be there before a document, and nothing that needs it. */
const before = (document: Document): readonly Document[] => colors.slice(0, colors.indexOf(document));

function held(world: World, document: Document): Resource {
  const resource = world.mesh.resources.get(keyOf(document.ref));
  if (resource === undefined) return expect.fail(`${keyOf(document.ref)} is not there`);
  return resource;
}

describe.each(colors.map((document) => [kindOf(document), document] as const))('a %s', (kind, document) => {
  const { ref, spec } = document;
  const there = [...before(document), document];
  const uid = `uid-${there.length}`;

  test('is made with a uid of its own, by the account that asks', () => {
    const tags = [{ key: 'stage', value: 'test' }];
    const then = given(...before(document)).when({ command: create(document, tags), at: 50_000 });
    then.thenHappens(
      [{ type: 'ResourceCreated', ref, owner: owner.accountId, uid, spec, tags }],
      listed(document, 1, uid, 50_000),
    );
    expect(held(then.world, document)).toEqual({
      ...ref,
      owner: owner.accountId,
      uid,
      version: 1,
      createdAt: 50_000,
      lastUpdatedAt: 50_000,
      spec,
      tags,
    });
  });

  test('cannot be made twice', () => {
    given(...there)
      .when(create(document))
      .thenRefused({ refused: 'exists' });
  });

  test('gets the next version and a time with each update, and keeps uid, owner and time of birth', () => {
    const world = given(...there);
    const born = held(world, document);
    const twice = given(...there, { command: update(document), at: 80_000 }).when({
      command: update(document),
      at: 90_000,
    });
    twice.thenHappens(
      [{ type: 'ResourceUpdated', ref, uid, version: 3, spec }],
      listed(document, 3, uid, born.createdAt),
    );
    expect(held(twice.world, document)).toEqual({ ...born, version: 3, lastUpdatedAt: 90_000 });
  });

  test('cannot be changed or deleted when it is not there', () => {
    const world = given(...before(document));
    world.when(update(document)).thenRefused({ refused: 'not-found' });
    world.when(remove(ref)).thenRefused({ refused: 'not-found' });
  });

  test('is deleted with the version after its last, and leaves no trace in the state', () => {
    const then = given(...there, update(document)).when(remove(ref));
    then.thenHappens(
      [{ type: 'ResourceDeleted', ref, uid, version: 3 }],
      kind === 'mesh' ? [{ type: 'MeshUnlisted', meshName }] : [],
    );
    const without = given(...before(document)).mesh;
    const { resources, members, users } = then.world.mesh;
    expect({ resources: resources.toJS(), members: members.toJS(), users: users.toJS() }).toEqual({
      resources: without.resources.toJS(),
      members: without.members.toJS(),
      users: without.users.toJS(),
    });
  });

  test('begins again at version 1 with a new uid when it is made again', () => {
    const then = given(...there, update(document), remove(ref)).when(create(document));
    expect(held(then.world, document)).toMatchObject({ version: 1, uid: `uid-${there.length + 3}` });
  });
});

const inMesh = colors.filter((document) => kindOf(document) !== 'mesh');

describe.each(inMesh.map((document) => [kindOf(document), document] as const))('a %s', (_kind, document) => {
  const { ref } = document;

  test('needs a mesh that exists', () => {
    for (const command of [create(document), update(document), remove(ref)]) {
      given().when(command).thenRefused({ refused: 'not-found', what: 'mesh colors of account 111111111111' });
    }
  });

  test('is named by kind, name, parent and mesh when it is not there', () => {
    const parent =
      ref.kind === 'route' || ref.kind === 'gatewayRoute' ? ` of ${parentKind[ref.kind]} ${ref.parent}` : '';
    const what = `${ref.kind} ${ref.name}${parent} of mesh colors`;
    given(...before(document))
      .when(remove(ref))
      .thenRefused({ refused: 'not-found', what });
  });
});

test('every kind has its example here', () => {
  expect(colors.map(kindOf)).toEqual(kinds);
});
