// Which members of a document the translation understands. Whatever else a document holds is reported, so that a
// member can be new to the contract, or old and not served yet, and is never dropped silently.
import type { Kind } from '#events/names.ts';
import type { Resource } from '#events/state.ts';

/** A member that is understood whatever it holds, only with some values, or member by member (of each item, in lists). */
type Understood = true | ((value: unknown) => boolean) | { readonly [member: string]: Understood };

const is =
  (...values: readonly unknown[]): Understood =>
  (value) =>
    values.includes(value);

const portMapping = { port: true, protocol: true } as const;
const plainListener: Understood = {
  portMapping,
  tls: (tls) => (tls as { readonly mode?: unknown }).mode === 'DISABLED',
};
const action: Understood = { weightedTargets: { virtualNode: true, weight: true, port: true } };
const httpRoute: Understood = { match: { prefix: true, port: true }, action };
const target: Understood = { virtualService: { virtualServiceName: true }, port: true };
const hostname: Understood = { defaultTargetHostname: is('ENABLED') };
const httpGatewayRoute: Understood = {
  match: { prefix: true, port: true },
  action: { target, rewrite: { hostname, prefix: { defaultPrefix: is('ENABLED') } } },
};

const understood: Readonly<Record<Kind, Understood>> = {
  mesh: { egressFilter: { type: true }, serviceDiscovery: {} },
  virtualNode: {
    listeners: plainListener,
    backends: { virtualService: { virtualServiceName: true } },
    backendDefaults: {},
    logging: {},
    serviceDiscovery: { dns: { hostname: true, responseType: true } },
  },
  virtualRouter: { listeners: { portMapping } },
  route: {
    priority: true,
    httpRoute,
    http2Route: httpRoute,
    grpcRoute: { match: { serviceName: true, port: true }, action },
    tcpRoute: { match: { port: true }, action },
  },
  virtualService: {
    provider: { virtualNode: { virtualNodeName: true }, virtualRouter: { virtualRouterName: true } },
  },
  virtualGateway: { listeners: plainListener, backendDefaults: {}, logging: {} },
  gatewayRoute: {
    priority: true,
    httpRoute: httpGatewayRoute,
    http2Route: httpGatewayRoute,
    grpcRoute: { match: { serviceName: true, port: true }, action: { target, rewrite: { hostname } } },
  },
};

/** The paths of what a resource's document holds and the translation does not serve, such as `spec.listeners[0].tls`. */
export function untranslated(resource: Resource): readonly string[] {
  const before = known.get(resource);
  if (before !== undefined) return before;
  const paths = walk(resource.spec, understood[resource.kind], 'spec');
  known.set(resource, paths);
  return paths;
}

// Asked once for every proxy that a resource matters to.
const known = new WeakMap<Resource, readonly string[]>();

function walk(value: unknown, table: Understood | undefined, path: string): readonly string[] {
  if (table === true || isEmpty(value)) return [];
  if (table === undefined) return [path];
  if (typeof table === 'function') return [path].filter(() => !table(value));
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, table, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([member, inner]) => walk(inner, own(table, member), `${path}.${member}`));
}

const own = (known: { readonly [member: string]: Understood }, member: string): Understood | undefined =>
  Object.hasOwn(known, member) ? known[member] : undefined;

/** Nothing, a list of nothing or a structure of nothing asks for no translation. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}
