// What goes over the wire: versions made of content, and work that is done once.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { withResource } from '#events/evolve.ts';
import type { WeightedTarget } from '#events/model/shapes.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { Any } from '../gen/google/protobuf/any.ts';
import { encode } from './encode.ts';
import { print } from './print.ts';

const mesh = meshFrom(`
- { meshName: m }
- { meshName: m, virtualNodeName: one, spec: { backends: [{ virtualService: { virtualServiceName: color } }] } }
- { meshName: m, virtualNodeName: two, spec: { backends: [{ virtualService: { virtualServiceName: color } }] } }
- meshName: m
  virtualNodeName: red
  spec: { listeners: [{ portMapping: { port: 1, protocol: http } }], serviceDiscovery: { dns: { hostname: red } } }
- meshName: m
  virtualNodeName: blue
  spec: { listeners: [{ portMapping: { port: 1, protocol: http } }], serviceDiscovery: { dns: { hostname: blue } } }
- { meshName: m, virtualRouterName: r, spec: { listeners: [{ portMapping: { port: 80, protocol: http } }] } }
- meshName: m
  virtualRouterName: r
  routeName: all
  spec:
    httpRoute:
      match: { prefix: / }
      action: { weightedTargets: [{ virtualNode: red, weight: 1 }, { virtualNode: blue, weight: 0 }] }
- { meshName: m, virtualServiceName: color, spec: { provider: { virtualRouter: { virtualRouterName: r } } } }
`);

const encoded = (state: MeshState, proxy: string) => encode(print(proxyGraph(state, proxy, {}).graph));

function weighing(...weights: readonly number[]): MeshState {
  const route = find(mesh, 'route', 'all', 'r') as Resource<'route'>;
  const before = route.spec.httpRoute;
  if (before === undefined) throw new Error('the route is an HTTP route');
  const weightedTargets = before.action.weightedTargets.map(
    (target, index): WeightedTarget => ({ ...target, weight: weights[index] ?? 0 }),
  );
  return withResource(mesh, { ...route, spec: { httpRoute: { ...before, action: { weightedTargets } } } });
}

it('gives a resource the hash of its bytes as its version', () => {
  for (const resources of Object.values(encoded(mesh, 'virtualNode/one'))) {
    for (const [name, resource] of resources) {
      const { value } = Any.decode(resource.any);
      const hash = createHash('sha256').update(value).digest('hex');
      expect(resource).toMatchObject({ name, version: hash.slice(0, 16) });
    }
  }
});

it('changes one route table, and nothing else, when a weight changes', () => {
  const before = encoded(mesh, 'virtualNode/one');
  const after = encoded(weighing(1, 1), 'virtualNode/one');
  const changed = (['cluster', 'endpoint', 'secret', 'listener', 'route'] as const).flatMap((type) =>
    [...after[type].values()].filter(({ name, version }) => before[type].get(name)?.version !== version),
  );
  expect(changed.map(({ name }) => name)).toEqual(['rds_egress_http_80']);
});

it('encodes the cluster to a node once for all proxies, also after a change elsewhere', () => {
  const [one, two, later] = [
    encoded(mesh, 'virtualNode/one'),
    encoded(mesh, 'virtualNode/two'),
    encoded(weighing(1, 1), 'virtualNode/one'),
  ];
  const name = 'cds_egress_m_red_http_1';
  expect(one.cluster.get(name)).toBeDefined();
  expect(two.cluster.get(name)).toBe(one.cluster.get(name));
  expect(later.cluster.get(name)).toBe(one.cluster.get(name));
});

it('holds equal resources of different proxies once', () => {
  const [one, two] = [encoded(mesh, 'virtualNode/one'), encoded(mesh, 'virtualNode/two')];
  expect(two.route.get('rds_egress_http_80')).toBe(one.route.get('rds_egress_http_80'));
  expect(two.listener.get('lds_egress_0.0.0.0_15001')).toBe(one.listener.get('lds_egress_0.0.0.0_15001'));
});
