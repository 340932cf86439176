// What a proxy still does though it is no longer there for it.
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Key } from '#events/names.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { type Former, formerOf, isNothing, presentOf } from './former.ts';
import { proxyGraph } from './proxy.ts';

const listener = (port: number) => ({ portMapping: { port, protocol: 'http' } });
const serviceDiscovery = { dns: { hostname: 'red.local' } };

/** A node that listens on a port, and a gateway that sends everything to a service of it. */
function meshWith(port: number, virtualServiceName: string) {
  const provider = { virtualNode: { virtualNodeName: 'red' } };
  const action = { target: { virtualService: { virtualServiceName } } };
  const documents = [
    {},
    { virtualNodeName: 'red', spec: { listeners: [listener(port)], serviceDiscovery } },
    { virtualServiceName: 'old.local', spec: { provider } },
    { virtualServiceName: 'new.local', spec: { provider } },
    { virtualGatewayName: 'edge', spec: { listeners: [listener(8080)] } },
    { virtualGatewayName: 'edge', gatewayRouteName: 'all', spec: { httpRoute: { match: { prefix: '/' }, action } } },
  ];
  return meshFrom(stringify(documents.map((document) => ({ meshName: 'm', ...document }))));
}
const before = meshWith(9000, 'old.local');
const after = meshWith(9001, 'new.local');

const changed = (proxy: Key): Former => formerOf([presentOf(before, proxy)], presentOf(after, proxy));

test('a listener that is no more is served on its port', () => {
  const { graph, report } = proxyGraph(after, 'virtualNode/red', {}, { former: changed('virtualNode/red') });
  const ingress = graph.listeners.find(({ direction }) => direction === 'ingress');
  expect(ingress?.chains.map(({ match }) => match.destinationPort)).toEqual([9001, 9000]);
  expect(report).toEqual([]);
});

test('a service that no gateway route leads to any more is found behind the loop, and nowhere else', () => {
  const { graph } = proxyGraph(after, 'virtualGateway/edge', {}, { former: changed('virtualGateway/edge') });
  const hosts = (direction: string) =>
    graph.tables.filter((table) => table.direction === direction).flatMap((table) => table.hosts);
  expect(hosts('egress').map(({ name }) => name)).toEqual(['new.local', 'old.local']);
  expect(JSON.stringify(hosts('ingress'))).not.toContain('old.local');
});

test('what is there again is former no longer, and what was there twice is remembered as it was last', () => {
  const past = presentOf(before, 'virtualNode/red');
  const later = {
    ...past,
    listeners: past.listeners.map((one) => ({ ...one, connectionPool: { http: { maxConnections: 1 } } })),
  };
  expect(formerOf([past, later], presentOf(after, 'virtualNode/red')).listeners).toEqual(later.listeners);
  expect(isNothing(formerOf([past], past))).toBe(true);
});

test('a service that is deleted is not found', () => {
  const target = { name: 'gone.local', service: 'gone.local', port: 9000, keepsHost: false };
  const { graph } = proxyGraph(after, 'virtualGateway/edge', {}, { former: { listeners: [], targets: [target] } });
  expect(JSON.stringify(graph.tables)).not.toContain('gone.local');
});
