// Which members of a document the translation understands. Whatever else a document holds is reported, so that a
// member can be new to the contract, or old and not served yet, and is never dropped silently.
import type { Duration } from '#events/model/shapes.ts';
import type { Kind } from '#events/names.ts';
import type { Resource } from '#events/state.ts';
import { milliseconds } from './timeout.ts';

/** A member that is understood whatever it holds, only with some values, or member by member (of each item, in lists). */
type Understood = true | ((value: unknown) => boolean) | { readonly [member: string]: Understood };

const is =
  (...values: readonly unknown[]): Understood =>
  (value) =>
    values.includes(value);

const portMapping = { port: true, protocol: true } as const;
// A duration without a value, or without the unit of one, says nothing.
const duration: Understood = (said) => milliseconds(said as Duration) !== undefined;
const timeout: Understood = { perRequest: duration, idle: duration };
const file: Understood = { certificateChain: true, privateKey: true };
const sds: Understood = { secretName: true };
const acm: Understood = { certificateArn: true };
const names: Understood = { match: { exact: true } };
const trust: Understood = { acm: { certificateAuthorityArns: true }, file: { certificateChain: true }, sds };
const validation: Understood = { trust, subjectAlternativeNames: names };
const backendDefaults: Understood = {
  clientPolicy: { tls: { enforce: true, ports: true, certificate: { acm, file, sds }, validation } },
};
const pool: Understood = { maxConnections: true, maxPendingRequests: true, maxRequests: true };
const gatewayListener = {
  portMapping,
  connectionPool: { http: pool, http2: pool, grpc: pool, tcp: pool },
  healthCheck: {
    protocol: true,
    port: true,
    path: true,
    intervalMillis: true,
    timeoutMillis: true,
    healthyThreshold: true,
    unhealthyThreshold: true,
  },
  tls: { mode: true, certificate: { acm, file, sds }, validation },
} as const;
const listener: Understood = {
  ...gatewayListener,
  outlierDetection: {
    maxServerErrors: true,
    interval: duration,
    baseEjectionDuration: duration,
    maxEjectionPercent: true,
  },
  timeout: { http: timeout, http2: timeout, grpc: timeout, tcp: { idle: duration } },
};
const logging: Understood = {
  accessLog: { file: { path: true, format: { text: true, json: { key: true, value: true } } } },
};
const ipPreference: Understood = is('IPv4_ONLY', 'IPv4_PREFERRED', 'IPv6_ONLY', 'IPv6_PREFERRED');
const valueMatch: Understood = { exact: true, prefix: true, suffix: true, regex: true, range: true };
const headers: Understood = { name: true, invert: true, match: valueMatch };
const httpMatch: Understood = {
  port: true,
  prefix: true,
  path: { exact: true, regex: true },
  method: true,
  headers,
  queryParameters: { name: true, match: { exact: true } },
};
const httpRetryPolicy = {
  maxRetries: true,
  perRetryTimeout: duration,
  httpRetryEvents: true,
  tcpRetryEvents: true,
} as const;
const hostnameMatch: Understood = { exact: true, suffix: true };
const action: Understood = { weightedTargets: { virtualNode: true, weight: true, port: true } };
const httpRoute: Understood = { match: { ...httpMatch, scheme: true }, action, retryPolicy: httpRetryPolicy, timeout };
const target: Understood = { virtualService: { virtualServiceName: true }, port: true };
const hostname: Understood = { defaultTargetHostname: is('ENABLED', 'DISABLED') };
const httpGatewayRoute: Understood = {
  match: { ...httpMatch, hostname: hostnameMatch },
  action: {
    target,
    rewrite: { hostname, prefix: { defaultPrefix: is('ENABLED', 'DISABLED'), value: true }, path: { exact: true } },
  },
};

const understood: Readonly<Record<Kind, Understood>> = {
  mesh: { egressFilter: { type: true }, serviceDiscovery: { ipPreference } },
  virtualNode: {
    listeners: listener,
    backends: { virtualService: { virtualServiceName: true, ...backendDefaults } },
    backendDefaults,
    logging,
    serviceDiscovery: {
      dns: { hostname: true, responseType: true, ipPreference },
      awsCloudMap: { namespaceName: true, serviceName: true, attributes: { key: true, value: true }, ipPreference },
    },
  },
  virtualRouter: { listeners: { portMapping } },
  route: {
    priority: true,
    httpRoute,
    http2Route: httpRoute,
    grpcRoute: {
      match: { serviceName: true, methodName: true, metadata: headers, port: true },
      action,
      retryPolicy: { ...httpRetryPolicy, grpcRetryEvents: true },
      timeout,
    },
    tcpRoute: { match: { port: true }, action, timeout: { idle: duration } },
  },
  virtualService: {
    provider: { virtualNode: { virtualNodeName: true }, virtualRouter: { virtualRouterName: true } },
  },
  virtualGateway: { listeners: gatewayListener, backendDefaults, logging },
  gatewayRoute: {
    priority: true,
    httpRoute: httpGatewayRoute,
    http2Route: httpGatewayRoute,
    grpcRoute: {
      match: { serviceName: true, metadata: headers, hostname: hostnameMatch, port: true },
      action: { target, rewrite: { hostname } },
    },
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
