// Changes that are not made: their steps in order, what would be refused, and what is deleted for want of a name.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readDocuments } from './documents.ts';
import { emptyAccount, emptyMesh } from './evolve.ts';
import { keyOf } from './names.ts';
import { type Plan, planDocuments } from './plan.ts';
import { noOrganizations } from './sharing.ts';
import type { MeshState } from './state.ts';

const owner = '111122223333';
const other = '444455556666';
const actor = (accountId: string) => ({ accountId, arn: `arn:aws:iam::${accountId}:root` });

function plan(
  mesh: MeshState,
  values: readonly object[],
  { prune = false, caller = owner }: { prune?: boolean; caller?: string } = {},
): Plan {
  const { documents, faulty } = readDocuments(values.map((value) => ({ meshName: 'm', ...value })));
  expect(faulty).toEqual([]);
  const options = { caller: actor(caller), account: emptyAccount(caller), equal: isDeepStrictEqual, prune };
  return planDocuments(new Map([[mesh.stream, { mesh, organizations: noOrganizations }]]), documents, options);
}

const empty = emptyMesh(owner, 'm');
const after = (planned: Plan): MeshState => planned.meshes[0]?.after ?? empty;
const told = ({ steps }: Plan) => steps.map(({ ref, command }) => `${command?.type ?? 'none'} ${keyOf(ref)}`);

const mesh = {};
const node = (name: string, port = 80) => ({
  virtualNodeName: name,
  spec: {
    listeners: [{ portMapping: { port, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname: `${name}.local` } },
  },
});
const router = (port = 80) => ({
  virtualRouterName: 'r',
  spec: { listeners: [{ portMapping: { port, protocol: 'http' } }] },
});
const route = (to: string, port?: number) => ({
  virtualRouterName: 'r',
  routeName: 'x',
  spec: {
    httpRoute: {
      match: { prefix: '/', ...(port && { port }) },
      action: { weightedTargets: [{ virtualNode: to, weight: 1 }] },
    },
  },
});
const service = { virtualServiceName: 's', spec: { provider: { virtualRouter: { virtualRouterName: 'r' } } } };
const all = [service, route('a'), router(), node('a'), mesh];

describe('a plan', () => {
  it('makes what is named before what names it, whatever the order of the documents', () => {
    const planned = plan(empty, all);
    expect(planned.refusals).toEqual([]);
    expect(told(planned)).toEqual([
      'Create mesh',
      'Create virtualNode/a',
      'Create virtualRouter/r',
      'Create virtualRouter/r/route/x',
      'Create virtualService/s',
    ]);
    expect(after(planned).resources.size).toBe(5);
    expect(empty.resources.size).toBe(0);
  });

  it('leaves alone what stands as it is written, and updates the rest', () => {
    const made = after(plan(empty, all));
    const again = plan(made, all);
    expect(new Set(told(again).map((step) => step.split(' ')[0]))).toEqual(new Set(['none']));
    expect(again.meshes[0]?.changed.size).toBe(0);
    const changed = plan(made, [node('a', 81)]);
    expect(told(changed)).toEqual(['Update virtualNode/a']);
    expect([...(changed.meshes[0]?.changed ?? [])]).toEqual(['virtualNode/a']);
  });

  it('sets tags that a document names, and takes none away', () => {
    const tagged = (...keys: string[]) => ({ ...node('a'), tags: keys.map((key) => ({ key, value: '1' })) });
    const made = after(plan(empty, [mesh, tagged('one', 'two')]));
    expect(told(plan(made, [tagged('one')]))).toEqual(['none virtualNode/a']);
    const planned = plan(made, [tagged('three')]);
    expect(told(planned)).toEqual(['Tag virtualNode/a']);
    expect(
      after(planned)
        .resources.get('virtualNode/a')
        ?.tags.map(({ key }) => key),
    ).toEqual(['one', 'three', 'two']);
  });

  it('says of each step why it would be refused, and goes on with the others', () => {
    const { resources } = after(plan(empty, all));
    const planned = plan(empty, [mesh, router(), route('nowhere'), node('b')]);
    expect(planned.refusals).toMatchObject([{ ref: { kind: 'route', name: 'x' }, refusal: { refused: 'invalid' } }]);
    expect(told(planned)).toEqual(['Create mesh', 'Create virtualNode/b', 'Create virtualRouter/r']);
    expect(resources.size).toBe(5);
  });

  it('refuses everything in a mesh that is not there or not to be seen', () => {
    expect(plan(empty, [node('a')]).refusals).toMatchObject([{ refusal: { refused: 'not-found' } }]);
    const made = after(plan(empty, all));
    const foreign = plan(made, [{ ...node('b'), meshOwner: owner }], { caller: other });
    expect(foreign.refusals).toMatchObject([{ refusal: { refused: 'forbidden' } }]);
  });
});

describe('pruning', () => {
  const made = after(plan(empty, [...all, node('b'), { ...route('b'), routeName: 'y' }]));

  it('deletes what no document names, what names before what is named, after all changes', () => {
    const planned = plan(made, [mesh, node('c')], { prune: true });
    expect(planned.refusals).toEqual([]);
    expect(told(planned)).toEqual([
      'none mesh',
      'Create virtualNode/c',
      'Delete virtualService/s',
      'Delete virtualRouter/r/route/x',
      'Delete virtualRouter/r/route/y',
      'Delete virtualRouter/r',
      'Delete virtualNode/a',
      'Delete virtualNode/b',
    ]);
  });

  it('keeps the mesh, the parents and the targets of what is written', () => {
    const planned = plan(made, [route('a')], { prune: true });
    expect(planned.refusals).toEqual([]);
    expect([...after(planned).resources.keys()].sort()).toEqual([
      'mesh',
      'virtualNode/a',
      'virtualRouter/r',
      'virtualRouter/r/route/x',
    ]);
  });

  it('keeps what stands and is needed by what is written, but not what that needed before', () => {
    const gateway = { virtualGatewayName: 'g', spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] } };
    const action = { target: { virtualService: { virtualServiceName: 's' } } };
    const gatewayRoute = {
      virtualGatewayName: 'g',
      gatewayRouteName: 'w',
      spec: { httpRoute: { match: { prefix: '/' }, action } },
    };
    const whole = after(plan(made, [gateway, gatewayRoute]));
    const kept = plan(whole, [gatewayRoute], { prune: true });
    expect(told(kept).filter((step) => step.startsWith('Delete'))).toEqual([
      'Delete virtualRouter/r/route/x',
      'Delete virtualRouter/r/route/y',
      'Delete virtualNode/a',
      'Delete virtualNode/b',
    ]);
    const retargeted = plan(made, [route('b'), { ...route('b'), routeName: 'y' }], { prune: true });
    expect(told(retargeted)).toContain('Delete virtualNode/a');
    expect([...kept.refusals, ...retargeted.refusals]).toEqual([]);
  });

  it('makes room for a change that what is deleted would stand against', () => {
    const routed = after(plan(empty, [mesh, node('a'), router(80), route('a', 80)]));
    const planned = plan(routed, [mesh, node('a'), router(81)], { prune: true });
    expect(planned.refusals).toEqual([]);
    expect(told(planned)).toEqual(expect.arrayContaining(['Update virtualRouter/r', 'Delete virtualRouter/r/route/x']));
  });

  it('is not done unless it is asked for', () => {
    expect(told(plan(made, [node('a')]))).toEqual(['none virtualNode/a']);
  });

  it('never deletes what another account owns', () => {
    const resource = made.resources.get('virtualNode/b');
    if (resource === undefined) throw new Error('no node b');
    const shared = { ...made, resources: made.resources.set('virtualNode/b', { ...resource, owner: other }) };
    expect(told(plan(shared, [mesh], { prune: true }))).not.toContain('Delete virtualNode/b');
  });
});
