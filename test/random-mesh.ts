// Meshes for property tests: a few names that meet often, documents that hold whatever the contract allows, and plain
// ones that are served in full.
import fc, { type Arbitrary } from 'fast-check';
import type { MeshEvent } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { arbitrary } from '#events/model/arbitrary.ts';
import { type Key, type Kind, keyOf, type ResourceRef } from '#events/names.ts';
import type { Spec, Specs } from '#events/spec.ts';
import type { MeshState } from '#events/state.ts';

const pools: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  virtualNode: ['a', 'b', 'c'],
  virtualRouter: ['r', 's'],
  // Names that meet as Envoy's domains: one in capitals, one that ends like a port of another, a wildcard.
  virtualService: ['a.local', 'A.LOCAL', 'a.local:8080', '*', 'b.local'],
  virtualGateway: ['g'],
  route: ['x', 'y', 'z'],
  gatewayRoute: ['x', 'y', 'z'],
};
const name = (kind: Kind): Arbitrary<string> => fc.constantFrom(...(pools[kind] ?? []));
const port = fc.constantFrom(80, 443, 8080, 15001);
const protocol = fc.constantFrom('http', 'http2', 'grpc', 'tcp');
const path = fc.constantFrom('/', '/a', '/a/', '/a/b');

const leaves: Readonly<Record<string, Arbitrary<unknown>>> = {
  ResourceName: name('virtualNode'),
  ServiceName: name('virtualService'),
  PortNumber: port,
  ListenerPort: port,
  String: path,
};
const anything = <K extends Kind>(shape: string): Arbitrary<Specs[K]> =>
  arbitrary(shape, (leaf) => leaves[leaf]) as Arbitrary<Specs[K]>;

const portMapping = fc.record({ port, protocol });
const listeners = fc.array(fc.record({ portMapping }), { maxLength: 3 });
const backends = fc.array(fc.record({ virtualService: fc.record({ virtualServiceName: name('virtualService') }) }));
const weightedTarget = fc.record(
  { virtualNode: name('virtualNode'), weight: fc.nat({ max: 100 }), port },
  { requiredKeys: ['virtualNode', 'weight'] },
);
const action = fc.record({ weightedTargets: fc.array(weightedTarget, { minLength: 1, maxLength: 3 }) });
const target = fc.record({ virtualService: fc.record({ virtualServiceName: name('virtualService') }) });

const plain: { readonly [K in Kind]?: Arbitrary<unknown> } = {
  virtualNode: fc.record({
    listeners,
    backends,
    serviceDiscovery: fc.constantFrom({ dns: { hostname: 'a.local' } }, undefined),
  }),
  virtualRouter: fc.record({ listeners }),
  route: fc.oneof(
    fc.record({ httpRoute: fc.record({ match: fc.record({ prefix: path }), action }) }),
    fc.record({ http2Route: fc.record({ match: fc.record({ prefix: path }), action }) }),
    fc.record({ grpcRoute: fc.record({ match: fc.constant({}), action }) }),
    fc.record({ tcpRoute: fc.record({ action }) }),
  ),
  virtualService: fc.record({
    provider: fc.oneof(
      fc.record({ virtualNode: fc.record({ virtualNodeName: name('virtualNode') }) }),
      fc.record({ virtualRouter: fc.record({ virtualRouterName: name('virtualRouter') }) }),
    ),
  }),
  virtualGateway: fc.record({
    listeners: fc.array(fc.record({ portMapping: fc.record({ port, protocol: fc.constantFrom('http', 'grpc') }) })),
  }),
  gatewayRoute: fc.oneof(
    fc.record({ httpRoute: fc.record({ match: fc.record({ prefix: path }), action: fc.record({ target }) }) }),
    fc.record({ grpcRoute: fc.record({ match: fc.constant({}), action: fc.record({ target }) }) }),
  ),
};

interface Document {
  readonly ref: ResourceRef;
  readonly spec: Spec;
}

function document(kind: Exclude<Kind, 'mesh'>, parent?: Kind): Arbitrary<Document> {
  const shape = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Spec`;
  const spec = fc.oneof({ arbitrary: plain[kind] as Arbitrary<Spec>, weight: 3 }, anything(shape));
  const ref =
    parent === undefined
      ? fc.record({ kind: fc.constant(kind), name: name(kind) })
      : fc.record({ kind: fc.constant(kind), name: name(kind), parent: name(parent) });
  return fc.record({ ref, spec });
}

const anyDocument = fc.oneof(
  document('virtualNode'),
  document('virtualRouter'),
  document('route', 'virtualRouter'),
  document('virtualService'),
  document('virtualGateway'),
  document('gatewayRoute', 'virtualGateway'),
);

const owner = '111122223333';

function commit(before: MeshState, events: readonly MeshEvent[]): MeshState {
  return evolveMesh(before, {
    id: `random-${before.sequence + 1}`,
    stream: before.stream,
    version: before.sequence + 1,
    time: 0,
    schema: 1,
    actor: { accountId: owner, arn: `arn:aws:iam::${owner}:root` },
    requestId: 'random',
    events,
  });
}

const created = ({ ref, spec }: Document) =>
  ({ type: 'ResourceCreated', ref, owner, uid: keyOf(ref), spec, tags: [] }) as const;

/** States of a mesh in which any pointer may lead nowhere. */
export const randomMesh: Arbitrary<MeshState> = fc
  .record({
    mesh: anything<'mesh'>('MeshSpec'),
    documents: fc.array(anyDocument, { minLength: 4, maxLength: 30, size: 'max' }),
  })
  .map(({ mesh, documents }) => {
    const all: readonly Document[] = [{ ref: { kind: 'mesh', name: 'm' }, spec: mesh }, ...documents];
    const byKey = new Map(all.map((one) => [keyOf(one.ref), one]));
    return commit(emptyMesh(owner, 'm'), [...byKey.values()].map(created));
  });

/** A mesh before and after one resource came, changed or went. */
export const randomChange = fc
  .record({ before: randomMesh, document: anyDocument, goes: fc.boolean() })
  .map(({ before, document: one, goes }) => {
    const key = keyOf(one.ref);
    const uid = key;
    const there = before.resources.has(key);
    const deleted = { type: 'ResourceDeleted', ref: one.ref, uid, version: 2 } as const;
    const updated = { type: 'ResourceUpdated', ref: one.ref, uid, version: 2, spec: one.spec } as const;
    const event = there ? (goes ? deleted : updated) : created(one);
    return { before, after: commit(before, [event]), changed: key };
  });

/** The keys of a mesh's nodes and gateways. */
export const proxiesOf = (mesh: MeshState): readonly Key[] =>
  [...mesh.resources.keys()].filter((key) => /^virtual(Node|Gateway)\/[^/]+$/.test(key)).sort();
