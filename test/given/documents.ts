// The smallest documents of each kind, for tests: what a test does not care about is filled in here.
import type { Command } from '#events/command.ts';
import type { ClientToken, Tag } from '#events/event.ts';
import type { PortProtocol } from '#events/model/shapes.ts';
import type { Kind, ResourceRef } from '#events/names.ts';
import type { Specs } from '#events/spec.ts';

/** A resource and its spec: what a Create or Update command carries. */
export interface Document<K extends Kind = Kind> {
  readonly ref: ResourceRef & { readonly kind: K };
  readonly spec: Specs[K];
}

const portMapping = { port: 8080, protocol: 'http' } as const;

export const meshName = 'colors';
export const meshRef = { kind: 'mesh', name: meshName } as const;

export const mesh = (spec: Specs['mesh'] = {}): Document<'mesh'> => ({ ref: meshRef, spec });

export const node = (name: string, ...backends: readonly string[]): Document<'virtualNode'> => ({
  ref: { kind: 'virtualNode', name },
  spec: {
    listeners: [{ portMapping }],
    serviceDiscovery: { dns: { hostname: `${name}.local` } },
    backends: backends.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
  },
});

export const router = (name: string): Document<'virtualRouter'> => ({
  ref: { kind: 'virtualRouter', name },
  spec: { listeners: [{ portMapping }] },
});

/** The same node, router or gateway with listeners of its own, each `PORT/PROTOCOL`. */
export function listening<K extends Kind>(document: Document<K>, ...listeners: readonly string[]): Document<K> {
  const mapped = listeners.map((text) => {
    const [port, protocol] = text.split('/');
    return { portMapping: { port: Number(port), protocol: protocol as PortProtocol } };
  });
  return { ...document, spec: { ...document.spec, listeners: mapped } };
}

/** The same document with another spec. */
export const having = <K extends Kind>(document: Document<K>, spec: Specs[K]): Document<K> => ({ ...document, spec });

/** A route to nodes, each with weight 1. */
export const route = (parent: string, name: string, ...nodes: readonly string[]): Document<'route'> => ({
  ref: { kind: 'route', name, parent },
  spec: {
    httpRoute: {
      match: { prefix: '/' },
      action: { weightedTargets: nodes.map((virtualNode) => ({ virtualNode, weight: 1 })) },
    },
  },
});

export const serviceOfNode = (name: string, virtualNodeName: string): Document<'virtualService'> => ({
  ref: { kind: 'virtualService', name },
  spec: { provider: { virtualNode: { virtualNodeName } } },
});

export const serviceOfRouter = (name: string, virtualRouterName: string): Document<'virtualService'> => ({
  ref: { kind: 'virtualService', name },
  spec: { provider: { virtualRouter: { virtualRouterName } } },
});

export const gateway = (name: string): Document<'virtualGateway'> => ({
  ref: { kind: 'virtualGateway', name },
  spec: { listeners: [{ portMapping }] },
});

export const gatewayRoute = (parent: string, name: string, service: string): Document<'gatewayRoute'> => ({
  ref: { kind: 'gatewayRoute', name, parent },
  spec: {
    httpRoute: {
      match: { prefix: '/' },
      action: { target: { virtualService: { virtualServiceName: service } } },
    },
  },
});

export const create = (document: Document, tags: readonly Tag[] = [], token?: ClientToken): Command => ({
  type: 'Create',
  ...document,
  tags,
  ...(token && { token }),
});

export const update = (document: Document, token?: ClientToken): Command => ({
  type: 'Update',
  ...document,
  ...(token && { token }),
});

export const remove = (ref: ResourceRef): Command => ({ type: 'Delete', ref });
export const tag = (ref: ResourceRef, ...tags: readonly Tag[]): Command => ({ type: 'Tag', ref, tags });
export const untag = (ref: ResourceRef, ...keys: readonly string[]): Command => ({ type: 'Untag', ref, keys });

/** A mesh with one resource of every kind, in the order in which one needs the other. */
export const colors: readonly Document[] = [
  mesh(),
  node('red'),
  router('paint'),
  route('paint', 'all', 'red'),
  serviceOfRouter('paint.local', 'paint'),
  gateway('front'),
  gatewayRoute('front', 'door', 'paint.local'),
];
