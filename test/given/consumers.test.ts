// What a consumer of a shared mesh may do there: everything of App Mesh's guide, sentence by sentence.
import { describe, expect, test } from 'vitest';
import { documentOf } from '#events/document.ts';
import { keyOf } from '#events/names.ts';
import { historyFrom, noOrganizations } from '#events/sharing.ts';
import { find } from '#events/state.ts';
import {
  colors,
  create,
  gateway,
  gatewayRoute,
  having,
  mesh,
  meshRef,
  node,
  remove,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
  tag,
  untag,
  update,
} from './documents.ts';
import { type Asked, stranger as consumer, given, givenThat, owner, type World } from './given.ts';
import { beginning, granting } from './shared-worlds.ts';

const other = { accountId: '333333333333', arn: 'arn:aws:iam::333333333333:user/other' };
const by = (command: Asked['command'], who = consumer): Asked => ({ command, by: who });

/** The mesh `colors`, shared with two accounts, in which the consumer has a node and a router. */
function shared(...more: readonly Asked[]) {
  const { mesh: made, account } = given(...colors);
  const world: World = granting({ ...beginning, mesh: made, account }, [[consumer.accountId, other.accountId]]);
  return givenThat(world, by(create(node('blue'))), by(create(router('theirs'))), ...more);
}

describe('a consumer', () => {
  test.each([
    ['a virtual node', create(node('green'))],
    ['a virtual router', create(router('more'))],
    ['a route in its own router, to a node of the owner', create(route('theirs', 'all', 'red'))],
    ["a route in the owner's router, to its own node", create(route('paint', 'some', 'blue'))],
    ['a virtual service of its own node', create(serviceOfNode('blue.local', 'blue'))],
    ["a virtual service of the owner's router", create(serviceOfRouter('more.local', 'paint'))],
    ["a node with the owner's service as a backend", create(node('green', 'paint.local'))],
  ])('makes %s', (_what, command) => {
    const { world } = shared().when(by(command));
    expect(world.mesh.resources.get(keyOf(command.ref))).toMatchObject({ owner: consumer.accountId, version: 1 });
  });

  test.each([
    ['a virtual gateway', create(gateway('back'))],
    ['a gateway route', create(gatewayRoute('front', 'more', 'paint.local'))],
  ])('does not make %s', (_what, command) => {
    shared()
      .when(by(command))
      .thenRefused({ refused: 'forbidden', reason: expect.stringContaining('Only the owner') });
  });

  test.each([
    ['changes', update(node('blue', 'paint.local'))],
    ['deletes', remove(node('blue').ref)],
    ['tags', tag(node('blue').ref, { key: 'a', value: 'b' })],
    ['untags', untag(node('blue').ref, 'a')],
  ])('%s what it owns', (_what, command) => {
    expect(shared().when(by(command)).world.mesh.sequence).toBe(shared().mesh.sequence + 1);
  });

  test.each([
    ['changes', update(node('red')), consumer],
    ['deletes', remove(node('red').ref), consumer],
    ['tags', tag(node('red').ref, { key: 'a', value: 'b' }), consumer],
    ['untags', untag(node('red').ref, 'a'), consumer],
    ['changes as another consumer', update(node('blue')), other],
    ['deletes as another consumer', remove(node('blue').ref), other],
    ['changes', update(mesh({ egressFilter: { type: 'ALLOW_ALL' } })), consumer],
    ['deletes', remove(meshRef), consumer],
    ['tags', tag(meshRef, { key: 'a', value: 'b' }), consumer],
  ])('never %s what it does not own', (_what, command, who) => {
    shared()
      .when(by(command, who))
      .thenRefused({ refused: 'forbidden', reason: expect.stringContaining('is owned by') });
  });

  test('owns what it makes: the ARN has its account, the metadata both', () => {
    const { mesh: state } = shared();
    const blue = find(state, 'virtualNode', 'blue') ?? expect.fail('no blue');
    expect(documentOf(state, 'us-east-1', blue).metadata).toMatchObject({
      arn: `arn:aws:appmesh:us-east-1:${consumer.accountId}:mesh/colors/virtualNode/blue`,
      meshOwner: owner.accountId,
      resourceOwner: consumer.accountId,
    });
  });

  test('looks back to where it was granted the mesh without a break', () => {
    const { mesh: state } = given(...colors);
    const steps = [
      [consumer.accountId],
      [other.accountId, consumer.accountId],
      [other.accountId],
      [consumer.accountId],
    ];
    let world = { ...beginning, mesh: state };
    const from = steps.map((grants) => {
      world = granting(world, [grants]);
      return historyFrom(world.mesh, consumer.accountId, noOrganizations);
    });
    const { sequence } = state;
    expect(from).toEqual([
      { from: sequence + 1, notBefore: 0 },
      { from: sequence + 1, notBefore: 0 },
      { refused: 'forbidden', reason: expect.any(String) },
      { from: sequence + 4, notBefore: 0 },
    ]);
  });

  test('counts for the quotas of the mesh', () => {
    const quotas = { virtualNodesPerMesh: 2 };
    shared()
      .when({ ...by(create(node('green'))), quotas })
      .thenRefused({ refused: 'limit-exceeded', of: 'mesh colors' });
    shared()
      .when({ command: create(node('green')), quotas })
      .thenRefused({ refused: 'limit-exceeded' });
  });

  test('refers to certificates of its own account alone', () => {
    const withCertificatesOf = (account: string) =>
      having(node('green'), {
        ...node('green').spec,
        listeners: [
          {
            portMapping: { port: 8080, protocol: 'http' },
            tls: {
              mode: 'STRICT',
              certificate: { acm: { certificateArn: `arn:aws:acm:us-east-1:${account}:certificate/a` } },
            },
          },
        ],
        backendDefaults: {
          clientPolicy: {
            tls: {
              validation: {
                trust: {
                  acm: { certificateAuthorityArns: [`arn:aws:acm-pca:us-east-1:${account}:certificate-authority/a`] },
                },
              },
            },
          },
        },
      });
    shared()
      .when(by(create(withCertificatesOf(owner.accountId))))
      .thenInvalidAt(
        'spec.listeners[0].tls.certificate.acm.certificateArn',
        'spec.backendDefaults.clientPolicy.tls.validation.trust.acm.certificateAuthorityArns[0]',
      );
    shared()
      .when(by(create(withCertificatesOf(consumer.accountId))))
      .thenAccepted();
  });
});

describe('the owner', () => {
  test('deletes what consumers own, once nothing needs it, and changes and tags nothing of it', () => {
    const blue = node('blue');
    for (const command of [update(blue), tag(blue.ref, { key: 'a', value: 'b' })]) {
      shared().when(command).thenRefused({ refused: 'forbidden' });
    }
    shared(by(create(route('theirs', 'all', 'blue'))))
      .when(remove(blue.ref))
      .thenRefused({ refused: 'in-use', users: ['virtualRouter/theirs/route/all'] });
    expect(shared().when(remove(blue.ref)).world.mesh.resources.has('virtualNode/blue')).toBe(false);
  });

  test('cannot delete the mesh while a consumer has something in it', () => {
    shared().when(remove(meshRef)).thenRefused({ refused: 'in-use' });
  });
});
