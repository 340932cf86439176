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
  const known = node('{ listeners: [{ portMapping: { port: 1, protocol: tcp } }], backends: [] }');
  const listener = { portMapping: { port: 2, protocol: 'tcp', later: 1 }, timeout: { tcp: { later: { value: 1 } } } };
  const { listeners } = known.spec as Resource<'virtualNode'>['spec'];
  const spec = { ...known.spec, listeners: [...(listeners ?? []), listener] };
  expect(untranslated({ ...known, spec } as Resource)).toEqual([
    'spec.listeners[1].portMapping.later',
    'spec.listeners[1].timeout.tcp.later',
  ]);
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
