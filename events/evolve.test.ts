// What an event means for accounts and the system, and that a damaged log is noticed instead of folded into nonsense.
import { describe, expect, test } from 'vitest';
import type { Commit, Event } from './event.ts';
import { emptyAccount, emptyMesh, emptySystem, evolveAccount, evolveMesh, evolveSystem } from './evolve.ts';

const commit = (version: number, ...events: readonly Event[]): Commit => ({
  id: `c${version}`,
  stream: 's',
  version,
  time: version * 1000,
  schema: 1,
  actor: { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:root' },
  requestId: 'r',
  events,
});

const mesh = { type: 'MeshListed', meshName: 'm', uid: 'u', version: 1, createdAt: 1000 } as const;
const key = { type: 'SigningKeyAdded', kid: 'k', publicKey: { kty: 'EC', crv: 'P-256' } } as const;
const access = { type: 'MeshAccessChanged', shares: [{ share: 's', principals: ['222222222222'] }] } as const;
const ghost = { kind: 'virtualNode', name: 'ghost' } as const;

describe('an account', () => {
  test('lists its meshes with the time of their last change, until they are unlisted', () => {
    const listed = evolveAccount(emptyAccount('111111111111'), commit(1, mesh));
    const changed = evolveAccount(listed, commit(2, { ...mesh, version: 2 }));
    expect(listed.meshes.get('m')).toMatchObject({ version: 1, createdAt: 1000, lastUpdatedAt: 1000 });
    expect(changed.meshes.get('m')).toMatchObject({ version: 2, createdAt: 1000, lastUpdatedAt: 2000 });
    expect(evolveAccount(changed, commit(3, { type: 'MeshUnlisted', meshName: 'm' })).meshes.size).toBe(0);
  });
});

describe('the system', () => {
  test('keeps every public signing key', () => {
    const two = evolveSystem(emptySystem(), commit(1, key, { ...key, kid: 'l' }));
    expect([...two.signingKeys.keys()].sort()).toEqual(['k', 'l']);
  });

  test('never lowers the schema that writers write', () => {
    const raised = evolveSystem(emptySystem(), commit(1, { type: 'WriteSchemaRaised', schema: 3 }));
    const again = evolveSystem(raised, commit(2, { type: 'WriteSchemaRaised', schema: 2 }));
    expect([emptySystem().writeSchema, raised.writeSchema, again.writeSchema]).toEqual([1, 3, 3]);
  });
});

describe('a mesh', () => {
  test('knows all its grants after a change of access', () => {
    expect(evolveMesh(emptyMesh('111111111111', 'm'), commit(1, access)).shares).toEqual(access.shares);
  });

  test('stands where its last commit stands', () => {
    const state = evolveMesh(emptyMesh('111111111111', 'm'), commit(1, access));
    expect(state).toMatchObject({ sequence: 1, commitId: 'c1', time: 1000, stream: 'mesh/111111111111/m' });
  });
});

describe('an event that cannot have happened', () => {
  test.each<[string, () => unknown]>([
    ['a mesh event in an account', () => evolveAccount(emptyAccount('a'), commit(1, access))],
    ['an account event in a mesh', () => evolveMesh(emptyMesh('a', 'm'), commit(1, mesh))],
    ['a system event in a mesh', () => evolveMesh(emptyMesh('a', 'm'), commit(1, key))],
    ['a mesh event in the system', () => evolveSystem(emptySystem(), commit(1, access))],
    [
      'a change of what is not there',
      () =>
        evolveMesh(
          emptyMesh('a', 'm'),
          commit(1, { type: 'ResourceUpdated', ref: ghost, uid: 'u', version: 2, spec: {} }),
        ),
    ],
    [
      'a deletion of what is not there',
      () => evolveMesh(emptyMesh('a', 'm'), commit(1, { type: 'ResourceDeleted', ref: ghost, uid: 'u', version: 2 })),
    ],
    [
      'tags of what is not there',
      () => evolveMesh(emptyMesh('a', 'm'), commit(1, { type: 'TagsChanged', ref: ghost, tags: [] })),
    ],
  ])('%s is thrown, not folded', (_what, fold) => {
    expect(fold).toThrow();
  });
});
