// Quotas: how many there may be of what, each by itself; without one there may be any number.
import { describe, expect, test } from 'vitest';
import { appMeshQuotas, largestSpec, type Quota } from '#events/quotas.ts';
import {
  create,
  type Document,
  gateway,
  gatewayRoute,
  mesh,
  node,
  remove,
  route,
  router,
  serviceOfNode,
  update,
} from './documents.ts';
import { ask, given, nothing } from './given.ts';

const start = [mesh(), node('red'), serviceOfNode('red.local', 'red'), router('paint'), gateway('front')];

/** One more of what a quota counts; `start` has one of each already, but for routes. */
const more: Readonly<Partial<Record<Quota, (name: string) => Document>>> = {
  virtualNodesPerMesh: (name) => node(name),
  virtualRoutersPerMesh: router,
  virtualServicesPerMesh: (name) => serviceOfNode(name, 'red'),
  virtualGatewaysPerMesh: gateway,
  routesPerVirtualRouter: (name) => route('paint', name, 'red'),
  gatewayRoutesPerVirtualGateway: (name) => gatewayRoute('front', name, 'red.local'),
};

describe.each(Object.entries(more))('%s', (quota, document) => {
  const before = quota.startsWith('virtual') ? start : [...start, document('first')];

  test('is the most that there may be', () => {
    const { when } = given(...before);
    const command = create(document('second'));
    when({ command, quotas: { [quota]: 2 } }).thenAccepted();
    when({ command, quotas: { [quota]: 1 } }).thenRefused({
      refused: 'limit-exceeded',
      quota: quota as Quota,
      limit: 1,
    });
    when({ command, quotas: {} }).thenAccepted();
  });

  test('is not asked when what is there changes', () => {
    const there = document('second');
    given(...before, there)
      .when({ command: update(there), quotas: { [quota]: 1 } })
      .thenAccepted();
  });

  test('has room again when one is deleted', () => {
    const gone = document('second');
    given(...before, gone, remove(gone.ref))
      .when({ command: create(document('third')), quotas: { [quota]: 2 } })
      .thenAccepted();
  });
});

test('a quota counts what is beside the new one, not what is elsewhere', () => {
  given(...start, route('paint', 'a', 'red'), router('draw'))
    .when({ command: create(route('draw', 'a', 'red')), quotas: { routesPerVirtualRouter: 1 } })
    .thenAccepted();
});

test('meshesPerAccount counts the meshes of the account', () => {
  const asked = { command: create(mesh()), quotas: { meshesPerAccount: 1 } };
  expect(ask(nothing, asked).decision).toMatchObject({ decided: 'append' });
  const { account } = given(mesh());
  expect(ask({ ...nothing, account }, asked).decision).toEqual({
    refused: 'limit-exceeded',
    quota: 'meshesPerAccount',
    limit: 1,
    of: 'account 111111111111',
  });
});

test('backendsPerVirtualNode is asked of new documents and of changes', () => {
  const quotas = { backendsPerVirtualNode: 1 };
  const { when } = given(mesh(), node('red'));
  when({ command: create(node('blue', 'a.local')), quotas }).thenAccepted();
  when({ command: create(node('blue', 'a.local', 'b.local')), quotas }).thenRefused({ refused: 'limit-exceeded' });
  when({ command: update(node('red', 'a.local', 'b.local')), quotas }).thenRefused({
    refused: 'limit-exceeded',
    quota: 'backendsPerVirtualNode',
    of: 'virtualNode red',
  });
});

test('weightedTargetsPerRoute is asked of new documents and of changes', () => {
  const quotas = { weightedTargetsPerRoute: 2 };
  const { when } = given(...start, route('paint', 'a', 'red'));
  when({ command: create(route('paint', 'b', 'red', 'red')), quotas }).thenAccepted();
  when({ command: update(route('paint', 'a', 'red', 'red', 'red')), quotas }).thenRefused({
    refused: 'limit-exceeded',
    quota: 'weightedTargetsPerRoute',
    limit: 2,
  });
});

test('bytesPerSpec measures the document as UTF-8, new or changed', () => {
  // Each character is two bytes.
  const long = (letters: number) => ({ ...node('blue', `${'ä'.repeat(letters)}.local`) });
  const { when } = given(mesh(), node('blue'));
  const size = new TextEncoder().encode(JSON.stringify(long(10).spec)).length;
  when({ command: update(long(10)), quotas: { bytesPerSpec: size } }).thenAccepted();
  const refusal = { refused: 'limit-exceeded', quota: 'bytesPerSpec', of: 'virtualNode blue' } as const;
  when({ command: update(long(11)), quotas: { bytesPerSpec: size } }).thenRefused(refusal);
  when({
    command: create({ ...long(11), ref: { kind: 'virtualNode', name: 'red' } }),
    quotas: { bytesPerSpec: 100 },
  }).thenRefused({
    ...refusal,
    of: 'virtualNode red',
  });
  expect(largestSpec).toBe(262_144);
});

test('what is wrong with a document is said before its quota', () => {
  given(...start)
    .when({ command: create(route('paint', 'a', 'blue')), quotas: { routesPerVirtualRouter: 0 } })
    .thenRefused({ refused: 'invalid' });
});

test("App Mesh's numbers", () => {
  expect(appMeshQuotas).toEqual({
    meshesPerAccount: 15,
    virtualNodesPerMesh: 200,
    virtualRoutersPerMesh: 200,
    virtualServicesPerMesh: 200,
    virtualGatewaysPerMesh: 3,
    routesPerVirtualRouter: 50,
    gatewayRoutesPerVirtualGateway: 10,
    backendsPerVirtualNode: 50,
    weightedTargetsPerRoute: 10,
  });
});
