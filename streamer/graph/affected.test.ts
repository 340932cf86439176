// Whom a change concerns, by the way that leads there.
import { expect, it } from 'vitest';
import { withResource } from '#events/evolve.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { affected } from './affected.ts';

const mesh = meshFrom(`
- { meshName: m }
- { meshName: m, virtualNodeName: front, spec: { backends: [{ virtualService: { virtualServiceName: color } }] } }
- { meshName: m, virtualNodeName: far, spec: { backends: [{ virtualService: { virtualServiceName: front } }] } }
- { meshName: m, virtualNodeName: red, spec: {} }
- { meshName: m, virtualNodeName: other, spec: {} }
- { meshName: m, virtualRouterName: color, spec: {} }
- meshName: m
  virtualRouterName: color
  routeName: all
  spec: { httpRoute: { match: { prefix: / }, action: { weightedTargets: [{ virtualNode: red, weight: 1 }] } } }
- { meshName: m, virtualServiceName: color, spec: { provider: { virtualRouter: { virtualRouterName: color } } } }
- { meshName: m, virtualServiceName: front, spec: { provider: { virtualNode: { virtualNodeName: front } } } }
- { meshName: m, virtualGatewayName: edge, spec: { listeners: [] } }
- { meshName: m, virtualGatewayName: quiet, spec: { listeners: [] } }
- meshName: m
  virtualGatewayName: edge
  gatewayRouteName: color
  spec: { httpRoute: { match: { prefix: / }, action: { target: { virtualService: { virtualServiceName: color } } } } }
`);
const concerned = (...changed: readonly string[]) => {
  const proxies = affected(mesh, mesh, changed);
  return proxies === 'all' ? proxies : [...proxies].sort();
};
const senders = ['virtualGateway/edge', 'virtualNode/front'];

it.each([
  ['a node nobody sends to', ['virtualNode/other'], ['virtualNode/other']],
  ['a node that routes send to', ['virtualNode/red'], [...senders, 'virtualNode/red']],
  ['a node that provides a service', ['virtualNode/front'], ['virtualNode/far', 'virtualNode/front']],
  ['a route', ['virtualRouter/color/route/all'], senders],
  ['a router', ['virtualRouter/color'], senders],
  ['a service', ['virtualService/color'], senders],
  ['a service that came to be', ['virtualService/new'], []],
  ['a gateway', ['virtualGateway/quiet'], ['virtualGateway/quiet']],
  ['a gateway route', ['virtualGateway/edge/gatewayRoute/color'], ['virtualGateway/edge']],
  ['the mesh', ['virtualNode/other', 'mesh'], 'all'],
])('%s', (_name, changed, expected) => {
  expect(concerned(...changed)).toEqual(expected);
});

it('tells the nodes that a route sends to once it says how long a request may take', () => {
  const silent = find(mesh, 'route', 'all', 'color') as Resource<'route'>;
  const { httpRoute } = silent.spec;
  if (httpRoute === undefined) throw new Error('the route is an HTTP route');
  const timeout = { perRequest: { unit: 's', value: 60 } } as const;
  const saying = withResource(mesh, { ...silent, spec: { httpRoute: { ...httpRoute, timeout } } });
  const changed = ['virtualRouter/color/route/all'];
  expect(affected(mesh, saying, changed)).toContain('virtualNode/red');
  expect(affected(saying, mesh, changed)).toContain('virtualNode/red');
  expect(affected(mesh, mesh, changed)).not.toContain('virtualNode/red');
});

it('follows the references of before and of after', () => {
  const front = find(mesh, 'virtualNode', 'front') as Resource<'virtualNode'>;
  const without: MeshState = withResource(mesh, { ...front, spec: {} });
  expect(affected(mesh, without, ['virtualService/color'])).toContain('virtualNode/front');
  expect(affected(without, mesh, ['virtualService/color'])).toContain('virtualNode/front');
  expect(affected(without, without, ['virtualService/color'])).not.toContain('virtualNode/front');
});
