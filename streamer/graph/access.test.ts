// Whoever loses access to a mesh gets none of its traffic: its nodes are sent to by nobody, routes to them alone answer
// 503, all others go on, and the report says so. A grant brings everything back as it was.
import { expect, test } from 'vitest';
import type { MeshEvent } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import type { MeshState } from '#events/state.ts';
import {
  type Document,
  gateway,
  gatewayRoute,
  listening,
  mesh,
  node,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
} from '#test/given/documents.ts';
import { print } from '../envoy/print.ts';
import type { Forward } from './graph.ts';
import { proxyGraph } from './proxy.ts';

const owner = '111111111111';
const consumer = '222222222222';

const made = (by: string, { ref, spec }: Document): MeshEvent => ({
  type: 'ResourceCreated',
  ref,
  spec,
  owner: by,
  uid: `${ref.kind}-${ref.name}`,
  tags: [],
});

function happens(state: MeshState, ...events: readonly MeshEvent[]): MeshState {
  return evolveMesh(state, {
    id: `commit-${state.sequence + 1}`,
    stream: state.stream,
    version: state.sequence + 1,
    time: 0,
    schema: 1,
    actor: { accountId: owner, arn: 'test' },
    requestId: 'test',
    events,
  });
}

const granting = (...principals: readonly string[]): MeshEvent => ({
  type: 'MeshAccessChanged',
  shares: [{ share: 'a-share', principals }],
});

const shared = happens(
  emptyMesh(owner, 'colors'),
  ...[
    mesh(),
    node('own'),
    router('mixed'),
    route('mixed', 'all', 'own', 'theirs'),
    router('only'),
    route('only', 'all', 'theirs'),
    serviceOfRouter('mixed.local', 'mixed'),
    serviceOfRouter('only.local', 'only'),
    serviceOfNode('node.local', 'theirs'),
    serviceOfNode('tcp.local', 'stream'),
    node('front', 'mixed.local', 'only.local', 'node.local', 'tcp.local'),
    gateway('door'),
    gatewayRoute('door', 'in', 'only.local'),
  ].map((document) => made(owner, document)),
  ...[node('theirs'), listening(node('stream'), '9000/tcp')].map((document) => made(consumer, document)),
  granting(consumer),
);
const unshared = happens(shared, granting('333333333333'));

function of(state: MeshState, proxy: string) {
  const { graph, report } = proxyGraph(state, proxy, {});
  const hosts = graph.tables.flatMap((table) => table.hosts);
  const action = (name: string) => hosts.find((host) => host.name === name)?.routes[0]?.action;
  const targets = (name: string) =>
    ((action(name) as Forward).to as readonly { cluster: { node?: string }; weight: number }[]).map(
      ({ cluster, weight }) => `${cluster.node} ${weight}`,
    );
  const clusters = graph.clusters.flatMap((cluster) => (cluster.kind === 'node' ? [cluster.node] : []));
  return { graph, report, action, targets, clusters };
}

test('with access, all nodes are sent to', () => {
  const { clusters, targets, report } = of(shared, 'virtualNode/front');
  expect(clusters.toSorted()).toEqual(['own', 'stream', 'theirs']);
  expect(targets('mixed.local')).toEqual(['own 1', 'theirs 1']);
  expect(report).toEqual([]);
});

test('without, the nodes are sent to by nobody, and what only they served answers 503', () => {
  const { clusters, targets, action } = of(unshared, 'virtualNode/front');
  expect(clusters).toEqual(['own']);
  expect(targets('mixed.local')).toEqual(['own 1']);
  expect(action('only.local')).toEqual({ kind: 'answer', status: 503 });
  expect(action('node.local')).toEqual({ kind: 'answer', status: 503 });
  expect(of(unshared, 'virtualGateway/door').clusters).toEqual([]);
});

test('and both are reported', () => {
  const reason = 'account 222222222222, which owns virtual node theirs, has no access to the mesh';
  const left = { member: 'spec.httpRoute.action.weightedTargets[1]', reason: `${reason}: the target is left out` };
  const { report } = of(unshared, 'virtualNode/front');
  expect(report).toContainEqual({ resource: 'virtualRouter/mixed/route/all', ...left });
  const none = {
    member: 'spec.httpRoute.action.weightedTargets',
    reason: expect.stringContaining('nothing is served'),
  };
  expect(report).toContainEqual({ resource: 'virtualRouter/only/route/all', ...none });
  const provider = { member: 'spec.provider.virtualNode', reason: `${reason}: nothing is served` };
  expect(report).toContainEqual({ resource: 'virtualService/node.local', ...provider });
  expect(report.filter(({ resource }) => resource === 'virtualService/tcp.local')).toHaveLength(1);
});

test('shared again, the configuration is what it was', () => {
  const again = happens(unshared, granting('333333333333', consumer));
  for (const proxy of ['virtualNode/front', 'virtualGateway/door', 'virtualNode/own']) {
    expect(print(of(again, proxy).graph)).toEqual(print(of(shared, proxy).graph));
  }
});
