// What a proxy is told when instances come and go: nothing before they are known, and then no more than what changed.
import { beforeEach, expect, test } from 'vitest';
import { type InstanceQuery, type KnownInstances, queryKey } from '#events/instances.ts';
import type { MeshState } from '#events/state.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { createProxies, type Proxies } from './proxies.ts';

const node = (name: string, protocol: string): string => `
---
meshName: m
virtualNodeName: ${name}
spec:
  listeners: [{ portMapping: { port: 8080, protocol: ${protocol} } }]
  serviceDiscovery: { awsCloudMap: { namespaceName: shop, serviceName: ${name} } }
---
meshName: m
virtualServiceName: ${name}.local
spec: { provider: { virtualNode: { virtualNodeName: ${name} } } }`;
const front = (...names: readonly string[]): string => `
---
meshName: m
virtualNodeName: front
spec: { backends: [${names.map((name) => `{ virtualService: { virtualServiceName: ${name}.local } }`).join(', ')}] }`;

const http = meshFrom(`meshName: m${node('red', 'http')}${node('blue', 'http')}${front('red', 'blue')}`);
const tcp = meshFrom(`meshName: m${node('red', 'tcp')}${node('blue', 'tcp')}${front('red', 'blue')}`);

const query = (serviceName: string): InstanceQuery => ({
  account: http.owner,
  namespaceName: 'shop',
  serviceName,
  attributes: {},
});

let known: Map<string, KnownInstances>;
let followed: string[];
let failures: unknown[];
let proxies: Proxies;
beforeEach(() => {
  [known, followed, failures] = [new Map(), [], []];
  const names = { addresses: () => [], follow: () => {}, release: () => {} };
  const instances = {
    known: (asked: InstanceQuery) => known.get(queryKey(asked)),
    follow: ({ serviceName }: InstanceQuery) => void followed.push(serviceName),
    release: ({ serviceName }: InstanceQuery) => void followed.splice(followed.indexOf(serviceName), 1),
  };
  proxies = createProxies((...failure) => void failures.push(failure), { names, instances });
});

function tell(serviceName: string, ...addresses: readonly string[]) {
  known.set(queryKey(query(serviceName)), { instances: addresses.map((ipv4) => ({ id: ipv4, ipv4 })) });
  return proxies.rediscovered(queryKey(query(serviceName)));
}

function open(mesh: MeshState) {
  const view = proxies.open(mesh, 'virtualNode/front', {});
  let changes = 0;
  view.subscribe(() => {
    changes += 1;
  });
  return { view, changes: () => changes };
}

test('nothing is told before all instances are known', () => {
  const { view, changes } = open(http);
  expect(followed.toSorted()).toEqual(['blue', 'red']);
  tell('red', '10.0.0.1');
  expect({ told: view.current(), waits: view.waits(), changes: changes() }).toEqual({
    told: undefined,
    waits: true,
    changes: 0,
  });
  tell('blue', '10.0.0.2');
  expect({ waits: view.waits(), changes: changes() }).toEqual({ waits: false, changes: 1 });
  expect([...(view.current()?.resources.endpoint.keys() ?? [])]).toEqual([
    'cds_egress_m_blue_http_8080',
    'cds_egress_m_red_http_8080',
  ]);
  proxies.close(view);
  expect(followed).toEqual([]);
});

test('of one service’s instances, only its endpoints are told anew', () => {
  const { view } = open(http);
  tell('red', '10.0.0.1');
  tell('blue', '10.0.0.2');
  const before = view.current()?.resources;
  expect(tell('red', '10.0.0.1', '10.0.0.3')).toEqual([view]);
  const after = view.current()?.resources;
  for (const type of ['cluster', 'listener', 'route', 'secret'] as const) expect(after?.[type]).toBe(before?.[type]);
  const [red, blue] = ['cds_egress_m_red_http_8080', 'cds_egress_m_blue_http_8080'] as const;
  expect(after?.endpoint.get(blue)).toBe(before?.endpoint.get(blue));
  expect(after?.endpoint.get(red)?.version).not.toBe(before?.endpoint.get(red)?.version);
  // What was told by the short way is what the long way tells.
  proxies.moved(http.stream, { before: http, after: http, changed: 'all' });
  expect(view.current()?.resources.endpoint).toBe(after?.endpoint);
  expect(failures).toEqual([]);
});

test('listeners that tell backends apart by their instances are told anew with them', () => {
  const { view } = open(tcp);
  tell('red', '10.0.0.1');
  tell('blue', '10.0.0.2');
  const before = view.current()?.resources.listener;
  tell('red', '10.0.0.3');
  expect(view.current()?.resources.listener).not.toBe(before);
});

test('a service with no instance is told as such, with a line of the report', () => {
  const { view } = open(http);
  tell('red', '10.0.0.1');
  tell('blue');
  expect(view.report()).toMatchObject([
    { resource: 'virtualNode/blue', reason: expect.stringContaining('no instance') },
  ]);
  tell('blue', '10.0.0.2');
  expect(view.report()).toEqual([]);
});

test('nothing is said of endpoints that could not be looked up: Envoy keeps those that it has', () => {
  const { view } = open(http);
  tell('red', '10.0.0.1');
  known.set(queryKey(query('blue')), { trouble: 'nobody answers' });
  proxies.rediscovered(queryKey(query('blue')));
  expect([...(view.current()?.resources.endpoint.keys() ?? [])]).toEqual(['cds_egress_m_red_http_8080']);
  expect(view.report()).toMatchObject([{ resource: 'virtualNode/blue', reason: 'nobody answers' }]);
});
