// From a pointer at a virtual node to the cluster that reaches one of its listeners.
import type { Listener, ServiceDiscovery } from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import { addressFamily, connectTimeout, limits, responseType } from './defaults.ts';
import type { Discovery, NodeCluster } from './graph.ts';
import type { ReportLine, Say } from './report.ts';
import { untranslated } from './translated.ts';
import { unreachable } from './unreachable.ts';

// A node's clusters are the same for all who send to it, so that each is printed and encoded once for all of them.
const known = new WeakMap<Resource, Map<number, NodeCluster>>();

/** The cluster to a listener of a node that has service discovery; of two listeners on one port the first counts. */
export function clusterTo(
  meshName: string,
  node: Resource<'virtualNode'>,
  listener: Listener,
): NodeCluster | undefined {
  const { serviceDiscovery } = node.spec;
  if (serviceDiscovery === undefined) return undefined;
  const { port, protocol } = listener.portMapping;
  const clusters = known.get(node) ?? new Map<number, NodeCluster>();
  known.set(node, clusters);
  let cluster = clusters.get(port);
  if (cluster === undefined) {
    const discovery = isStrict(listener) ? ({ kind: 'none' } as const) : discoveryOf(serviceDiscovery);
    cluster = { kind: 'node', meshName, node: node.name, protocol, port, discovery, connectTimeout, limits };
    clusters.set(port, cluster);
  }
  return cluster;
}

function discoveryOf(discovery: ServiceDiscovery): Discovery {
  const found = memberOf(discovery);
  switch (found.kind) {
    case 'dns': {
      const { hostname } = found.value;
      const everyAddress = (found.value.responseType ?? responseType) === 'ENDPOINTS';
      return { kind: 'dns', hostname, answer: everyAddress ? 'all addresses' : 'one address', family: addressFamily };
    }
    case 'awsCloudMap':
      return { kind: 'instances' };
    default:
      return unreachable(found);
  }
}

/** A listener that takes nothing but TLS: plain text must neither be accepted for it nor sent to it. */
export const isStrict = (listener: { readonly tls?: { readonly mode: string } }): boolean =>
  listener.tls?.mode === 'STRICT';

/** The listeners of a node or router, one a port. */
export function onePerPort<L extends { readonly portMapping: { readonly port: number } }>(
  listeners: readonly L[],
): readonly L[] {
  const byPort = new Map<number, L>();
  for (const listener of listeners) {
    if (!byPort.has(listener.portMapping.port)) byPort.set(listener.portMapping.port, listener);
  }
  return [...byPort.values()];
}

/**
 * The node's listener that a target means: the one on `port`, or its only one (guide: the port is required when the
 * node has several). A text says why there is none.
 */
export function listenerOf(state: MeshState, name: string, port: number | undefined): TargetListener | string {
  const node = find(state, 'virtualNode', name);
  if (node === undefined) return `there is no virtual node ${name}`;
  const listeners = onePerPort(node.spec.listeners ?? []);
  const [first] = listeners;
  if (first === undefined) return `virtual node ${name} has no listener`;
  if (port === undefined && listeners.length > 1) {
    return `virtual node ${name} has several listeners, and no port says which`;
  }
  const listener = port === undefined ? first : listeners.find((one) => one.portMapping.port === port);
  if (listener === undefined) return `virtual node ${name} has no listener on port ${port}`;
  const cluster = clusterTo(state.meshName, node, listener);
  if (cluster === undefined) return `virtual node ${name} has no service discovery`;
  return { node, cluster };
}

export interface TargetListener {
  readonly node: Resource<'virtualNode'>;
  readonly cluster: NodeCluster;
}

/** Reports what concerns those who send to a node: how it is found, and what its listener asks of clients. */
export function reportTarget(node: Resource<'virtualNode'>, port: number, say: Say, alsoTimeout = false): void {
  const index = (node.spec.listeners ?? []).findIndex((listener) => listener.portMapping.port === port);
  const members = ['tls', 'healthCheck', 'outlierDetection', ...(alsoTimeout ? ['timeout'] : [])];
  const prefixes = ['spec.serviceDiscovery', ...members.map((member) => `spec.listeners[${index}].${member}`)];
  for (const path of untranslated(node)) {
    if (prefixes.some((prefix) => path.startsWith(prefix))) say(node, path, targetReason(node, path, index));
  }
}

function targetReason(node: Resource<'virtualNode'>, path: string, index: number): ReportLine['reason'] {
  const listener = node.spec.listeners?.[index];
  if (path.endsWith('.tls') && listener !== undefined && isStrict(listener)) {
    return 'not yet translated: nothing is sent to this listener, which takes TLS alone';
  }
  if (path === 'spec.serviceDiscovery.awsCloudMap') return 'not yet translated: the node has no endpoints';
  return 'not yet translated';
}
