// Only the owner of a mesh is in it: another account is told so, and told nothing else, whether or not there is a mesh.
import { describe, expect, test } from 'vitest';
import { mayRead, mayStream, noOrganizations } from '#events/sharing.ts';
import { find } from '#events/state.ts';
import { colors, create, meshRef, node, remove, tag, untag, update } from './documents.ts';
import { given, nothing, stranger } from './given.ts';

const world = given(...colors);
const red = node('red');

describe('another account', () => {
  test.each([
    ['make', create(node('blue'))],
    ['change', update(red)],
    ['delete', remove(red.ref)],
    ['tag', tag(red.ref, { key: 'a', value: 'b' })],
    ['untag', untag(red.ref, 'a')],
    ['delete the mesh, not even', remove(meshRef)],
    ['name what is not there, and learn it,', remove({ kind: 'virtualNode', name: 'nobody' })],
  ])('may not %s', (_what, command) => {
    world.when({ command, by: stranger }).thenRefused({
      refused: 'forbidden',
      reason: 'Account 222222222222 has no access to the mesh colors of account 111111111111',
    });
  });

  test('is told the same of a mesh that does not exist', () => {
    given()
      .when({ command: update(red), by: stranger })
      .thenRefused({ refused: 'forbidden' });
  });

  test('may neither read it nor run an Envoy in it', () => {
    const node = find(world.mesh, 'virtualNode', 'red') ?? expect.fail('no red');
    for (const { mesh } of [world, nothing]) {
      expect(mayRead(mesh, stranger.accountId, noOrganizations)).toMatchObject({ refused: 'forbidden' });
    }
    expect(mayStream(world.mesh, stranger.accountId, node, noOrganizations)).toMatchObject({ refused: 'forbidden' });
  });
});

test('the owner may read it and run Envoys in it', () => {
  const node = find(world.mesh, 'virtualNode', 'red') ?? expect.fail('no red');
  expect(mayRead(world.mesh, '111111111111', noOrganizations)).toBeUndefined();
  expect(mayStream(world.mesh, '111111111111', node, noOrganizations)).toBeUndefined();
});
