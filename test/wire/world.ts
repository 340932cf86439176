// The mesh in which generated documents make sense: whatever one of them names is there. Parents and targets have no
// listeners, so that no port or protocol of theirs disagrees with a document's.
import { nameMember, type Operation } from '#events/model/operations.ts';
import { parentKind, refOf } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import type { Spec } from '#events/spec.ts';

type Members = Readonly<Record<string, unknown>>;

export interface World {
  /** The members that name what a request is about; a Create's own name is one that no other has. */
  names(operation: Operation): Members;
  /** Makes what the request's document names. */
  prepare(operation: Operation, request: Members): Promise<void>;
}

type Call = (operation: string, input: object) => Promise<{ readonly status: number; readonly body: unknown }>;

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Makes a mesh with one resource of each kind, called `target`, and the `parent` of the routes. */
export async function createWorld(call: Call, meshName: string, arn: string): Promise<World> {
  const target = 'target';
  const parent = 'parent';
  const weightedTargets = [{ virtualNode: target, weight: 1 }];
  const virtualService = { virtualServiceName: target };
  const match = { prefix: '/' };
  const inside = { meshName };
  const documents: readonly (readonly [string, Members])[] = [
    ['Mesh', inside],
    ['VirtualNode', { ...inside, virtualNodeName: target, spec: {} }],
    ['VirtualRouter', { ...inside, virtualRouterName: target, spec: {} }],
    ['VirtualRouter', { ...inside, virtualRouterName: parent, spec: {} }],
    ['VirtualGateway', { ...inside, virtualGatewayName: parent, spec: { listeners: [] } }],
    ['VirtualService', { ...inside, virtualServiceName: target, spec: {} }],
    ['VirtualGateway', { ...inside, virtualGatewayName: target, spec: { listeners: [] } }],
    [
      'Route',
      {
        ...inside,
        virtualRouterName: parent,
        routeName: target,
        spec: { httpRoute: { match, action: { weightedTargets } } },
      },
    ],
    [
      'GatewayRoute',
      {
        ...inside,
        virtualGatewayName: parent,
        gatewayRouteName: target,
        spec: { httpRoute: { match, action: { target: { virtualService } } } },
      },
    ],
  ];
  const made = new Map<string, Promise<void>>();
  const make = async (kind: string, input: Members): Promise<void> => {
    const { status, body } = await call(`Create${kind}`, input);
    if (status !== 200) throw new Error(`Create${kind}: ${status} ${JSON.stringify(body)}`);
  };
  for (const [kind, input] of documents) await make(kind, input);
  let count = 0;

  return {
    names({ verb, kind, members }) {
      count += 1;
      if (kind === undefined) return { resourceArn: `${arn}/virtualNode/tagged-${count}` };
      const above = kind === 'route' || kind === 'gatewayRoute' ? { [nameMember(parentKind[kind])]: parent } : {};
      const mesh = kind === 'mesh' ? {} : inside;
      if (verb === 'List') return { ...mesh, ...above };
      const own = { Create: `made-${count}`, Delete: 'nothing' } as const;
      const stands = kind === 'mesh' ? meshName : target;
      const name = verb === 'Create' || verb === 'Delete' ? own[verb] : stands;
      if (members[nameMember(kind)] === undefined) throw new Error(`a ${verb} of ${kind} without its name`);
      return { ...mesh, ...above, [nameMember(kind)]: name };
    },
    async prepare({ kind }, { spec, resourceArn }) {
      const tagged = /virtualNode\/(tagged-\d+)$/.exec(String(resourceArn))?.[1];
      if (tagged !== undefined) await make('VirtualNode', { ...inside, virtualNodeName: tagged, spec: {} });
      if (kind === undefined || typeof spec !== 'object' || spec === null) return;
      for (const { to } of referencesOf(kind, spec as Spec)) {
        const ref = refOf(to);
        if (ref === undefined || ref.name === target) continue;
        const input = { ...inside, [nameMember(ref.kind)]: ref.name, spec: {} };
        made.set(to, made.get(to) ?? make(capital(ref.kind), input));
        await made.get(to);
      }
    },
  };
}
