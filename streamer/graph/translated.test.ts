// Nothing that a document holds is dropped without a word.
import { expect, it } from 'vitest';
import { findKey, type Resource } from '#events/state.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { untranslated } from './translated.ts';

const node = (spec: string): Resource => {
  const mesh = meshFrom(`[{ meshName: m }, { meshName: m, virtualNodeName: n, spec: ${spec} }]`);
  return findKey(mesh, 'virtualNode/n') as Resource;
};

it('names a member by its path', () => {
  const spec = `{
    listeners: [{ portMapping: { port: 1, protocol: tcp } },
                { portMapping: { port: 2, protocol: tcp }, timeout: { tcp: { idle: { unit: s, value: 1 } } } }],
    serviceDiscovery: { dns: { hostname: n, ipPreference: IPv6_ONLY } } }`;
  expect(untranslated(node(spec))).toEqual(['spec.listeners[1].timeout', 'spec.serviceDiscovery.dns.ipPreference']);
});

it('is silent about what asks for nothing', () => {
  const spec = '{ backends: [], backendDefaults: { clientPolicy: {} }, logging: {} }';
  expect(untranslated(node(spec))).toEqual([]);
});

it('names a member that the contract got later', () => {
  const { spec, ...rest } = node('{}');
  expect(untranslated({ ...rest, spec: { ...spec, ...{ toString: 'x', later: 1 } } } as Resource)).toEqual([
    'spec.toString',
    'spec.later',
  ]);
});
