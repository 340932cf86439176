// Meshes for property tests: a few names that meet often, documents that hold whatever the contract allows, and plain
// ones that are served in full.
import fc, { type Arbitrary } from 'fast-check';
import type { MeshEvent } from '#events/event.ts';
import { emptyMesh, evolveMesh } from '#events/evolve.ts';
import { arbitrary } from '#events/model/arbitrary.ts';
import { shapes } from '#events/model/contract.ts';
import { validate } from '#events/model/validate.ts';
import { type Key, type Kind, keyOf, type ResourceRef } from '#events/names.ts';
import type { Spec, Specs } from '#events/spec.ts';
import type { MeshState } from '#events/state.ts';

// Texts that are read as something else on their way to Envoy, or by it.
const strange = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    '.',
    '..',
    'a..b',
    '.a',
    'a.',
    '-',
    '_',
    '~',
    '"',
    "'",
    '\\',
    '\\1',
    '\\E',
    '$1',
  ),
  fc.constantFrom(
    '*',
    '*.a',
    'a.*',
    '*a*',
    '%',
    '%%',
    '%REQ(:path)%',
    '%a',
    '{}',
    '[',
    '(',
    '(?=',
    '(?i)a',
    'a{1000}',
    'a|b',
  ),
  fc.constantFrom(
    '/',
    '//',
    '/..',
    '/a?b',
    '/a#b',
    '/%2f',
    'http://a',
    'spiffe://a/b',
    '::1',
    '[::1]',
    '127.0.0.1',
    '0',
    '1.2',
  ),
  fc.constantFrom(
    'a:1',
    'a:99999',
    ':1',
    ':',
    ':path',
    ':method',
    ':a',
    'host',
    'Host',
    'te',
    'x-a',
    'X-A',
    'x a',
    'a/b',
  ),
  fc.constantFrom(
    '\u0000',
    'a\nb',
    'a\r',
    '\t',
    '\u007f',
    '\u0080',
    'ü',
    'ü.local',
    '日本',
    '😀',
    '\u2028',
    '\ufeff',
    '\u202e',
  ),
  fc.constantFrom(
    'x'.repeat(50),
    'x'.repeat(64),
    'x'.repeat(255),
    `${'x.'.repeat(127)}x`,
    'ü'.repeat(126),
    'x'.repeat(1025),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed()),
);

const pools: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  virtualNode: ['a', 'b', 'c'],
  virtualRouter: ['r', 's'],
  // Names that meet as Envoy's domains: one in capitals, one that ends like a port of another, a wildcard.
  virtualService: [
    'a.local',
    'A.LOCAL',
    'a.local:8080',
    '*',
    'b.local',
    '*.local',
    '*x',
    'ü.local',
    'a.*',
    '[::1]',
    '%',
    ':1',
    'a*b',
    '**',
    '*:8080',
    'a b',
    'x'.repeat(255),
  ],
  virtualGateway: ['g'],
  route: ['x', 'y', 'z'],
  gatewayRoute: ['x', 'y', 'z'],
};
const name = (kind: Kind): Arbitrary<string> => fc.constantFrom(...(pools[kind] ?? []));
const port = fc.constantFrom(80, 443, 8080, 15001);
const protocol = fc.constantFrom('http', 'http2', 'grpc', 'tcp');
const path = fc.constantFrom('/', '/a', '/a/', '/a/b');

const leaves: Readonly<Record<string, Arbitrary<unknown>>> = {
  // A gateway route's virtual service has a name of this shape, too.
  ResourceName: fc.constantFrom('a', 'b', 'c', 'a.local', 'b.local'),
  ServiceName: name('virtualService'),
  PortNumber: port,
  ListenerPort: port,
  String: fc.oneof(path, strange),
};

/** A leaf of the contract: from a pool, or a strange text where one fits, or whatever fits. */
function leafOf(shapeName: string): Arbitrary<unknown> | undefined {
  const pooled = leaves[shapeName];
  const shape = shapes[shapeName];
  if (pooled !== undefined || shape?.type !== 'string' || shape.enum !== undefined) return pooled;
  const fits = strange.filter((text) => validate(shapeName, text).length === 0);
  return fc.oneof(
    fits,
    fc.string({ unit: 'grapheme-ascii', minLength: shape.min ?? 0, maxLength: Math.min(shape.max ?? 64, 64) }),
  );
}
const whatever = (shape: string): Arbitrary<unknown> => arbitrary(shape, leafOf);
const anything = <K extends Kind>(shape: string): Arbitrary<Specs[K]> => whatever(shape) as Arbitrary<Specs[K]>;

const portMapping = fc.record({ port, protocol });
const listeners = (shape: string) => fc.array(fc.oneof(fc.record({ portMapping }), whatever(shape)), { maxLength: 3 });
const backends = fc.array(
  fc.oneof(
    fc.record({ virtualService: fc.record({ virtualServiceName: name('virtualService') }) }),
    whatever('Backend'),
  ),
);
const weightedTarget = fc.record(
  { virtualNode: name('virtualNode'), weight: fc.nat({ max: 100 }), port },
  { requiredKeys: ['virtualNode', 'weight'] },
);
const action = fc.record({ weightedTargets: fc.array(weightedTarget, { minLength: 1, maxLength: 3 }) });
const target = fc.record({ virtualService: fc.record({ virtualServiceName: name('virtualService') }) });

const plain: { readonly [K in Kind]?: Arbitrary<unknown> } = {
  virtualNode: fc.record({
    listeners: listeners('Listener'),
    backends,
    serviceDiscovery: fc.oneof(
      fc.constantFrom({ dns: { hostname: 'a.local' } }, undefined),
      whatever('ServiceDiscovery'),
    ),
  }),
  virtualRouter: fc.record({ listeners: listeners('VirtualRouterListener') }),
  route: fc.oneof(
    fc.record({ httpRoute: fc.record({ match: fc.record({ prefix: path }), action }) }),
    fc.record({ http2Route: fc.record({ match: fc.record({ prefix: path }), action }) }),
    fc.record({ grpcRoute: fc.record({ match: fc.constant({}), action }) }),
    fc.record({ tcpRoute: fc.record({ action }) }),
    whatever('HttpRoute').map((httpRoute) => ({ httpRoute })),
    whatever('GrpcRoute').map((grpcRoute) => ({ grpcRoute })),
  ),
  virtualService: fc.record({
    provider: fc.oneof(
      fc.record({ virtualNode: fc.record({ virtualNodeName: name('virtualNode') }) }),
      fc.record({ virtualRouter: fc.record({ virtualRouterName: name('virtualRouter') }) }),
    ),
  }),
  virtualGateway: fc.record({
    listeners: fc.array(
      fc.oneof(
        fc.record({ portMapping: fc.record({ port, protocol: fc.constantFrom('http', 'grpc') }) }),
        whatever('VirtualGatewayListener'),
      ),
    ),
  }),
  gatewayRoute: fc.oneof(
    fc.record({ httpRoute: fc.record({ match: fc.record({ prefix: path }), action: fc.record({ target }) }) }),
    fc.record({ grpcRoute: fc.record({ match: fc.constant({}), action: fc.record({ target }) }) }),
    whatever('HttpGatewayRoute').map((httpRoute) => ({ httpRoute })),
    whatever('GrpcGatewayRoute').map((grpcRoute) => ({ grpcRoute })),
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
