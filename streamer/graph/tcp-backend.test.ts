// Tcp backends that share a port: names that Envoy reads as the same stand in one chain, once.
import { expect, it } from 'vitest';
import { meshFrom } from '#tools/golden/mesh.ts';
import { proxyGraph } from './proxy.ts';

const node = (name: string, hostname: string) => `
- meshName: m
  virtualNodeName: ${name}
  spec: { listeners: [{ portMapping: { port: 5432, protocol: tcp } }], serviceDiscovery: { dns: { hostname: ${hostname} } } }`;
const service = (name: string, provider: string) => `
- { meshName: m, virtualServiceName: ${name}, spec: { provider: { virtualNode: { virtualNodeName: ${provider} } } } }`;

const mesh = meshFrom(`
- { meshName: m }
- meshName: m
  virtualNodeName: front
  spec:
    backends:
      - { virtualService: { virtualServiceName: first.local } }
      - { virtualService: { virtualServiceName: DB.LOCAL } }
      - { virtualService: { virtualServiceName: db.local. } }
${node('first', 'first.local')}${node('one', 'db.local')}${node('other', 'other.local')}
${service('first.local', 'first')}${service('DB.LOCAL', 'one')}${service('db.local.', 'other')}`);

it('asks for each server name once', () => {
  const { graph } = proxyGraph(mesh, 'virtualNode/front', {});
  const names = graph.listeners.flatMap(({ chains }) =>
    chains.filter(({ match }) => match.destinationPort === 5432).flatMap(({ match }) => match.serverNames ?? []),
  );
  expect(names).toEqual(['db.local', 'other.local']);
});
