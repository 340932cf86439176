// From a pointer at a virtual node to the cluster that reaches one of its listeners.
import type { Listener } from '#events/model/shapes.ts';
import { isInForce } from '#events/sharing.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import { connectTimeout, limits } from './defaults.ts';
import { discoveredName, discoveryOf, preferenceOf } from './discovery.ts';
import type { NodeCluster } from './graph.ts';
import { healthCheckOf } from './health.ts';
import type { CertificateLookup } from './issued.ts';
import { outlierDetectionOf } from './outlier.ts';
import { type ClientPolicy, clientChoice } from './policy.ts';
import type { Say } from './report.ts';
import { untranslated } from './translated.ts';

/** A cluster with what is said of it to whoever sends there. */
interface Reached {
  readonly cluster: NodeCluster;
  readonly node: Resource<'virtualNode'>;
  readonly listener: Listener;
}

// A node's clusters are the same for all who send to it under one policy, so that each is printed and encoded once for
// all of them.
const known = new WeakMap<Resource, Map<string, NodeCluster>>();
const reached = new WeakMap<NodeCluster, Reached>();

/** The cluster to a listener of a node that has service discovery; of two listeners on one port the first counts. */
export function clusterTo(
  state: MeshState,
  node: Resource<'virtualNode'>,
  listener: Listener,
): NodeCluster | undefined {
  const { serviceDiscovery } = node.spec;
  if (serviceDiscovery === undefined) return undefined;
  const preference = preferenceOf(state, node);
  const { port, protocol } = listener.portMapping;
  return once(node, `${port} ${preference}`, () => {
    const check = healthCheckOf(listener, discoveredName(serviceDiscovery));
    const outlierDetection = outlierDetectionOf(listener.outlierDetection);
    const cluster: NodeCluster = {
      kind: 'node',
      meshName: state.meshName,
      node: node.name,
      protocol,
      port,
      discovery: discoveryOf(serviceDiscovery, node.owner, preference),
      connectTimeout,
      limits,
      ...(typeof check === 'object' && { healthCheck: check }),
      ...(outlierDetection && { outlierDetection }),
    };
    reached.set(cluster, { cluster, node, listener });
    return cluster;
  });
}

function once(node: Resource, key: string, make: () => NodeCluster): NodeCluster {
  const clusters = known.get(node) ?? new Map<string, NodeCluster>();
  known.set(node, clusters);
  const before = clusters.get(key);
  if (before !== undefined) return before;
  const cluster = make();
  clusters.set(key, cluster);
  return cluster;
}

/**
 * The cluster as those have it who send there under a client policy (or none), and what they are told of it. Of the
 * same name: a proxy has one of them.
 */
export function underPolicy(
  base: NodeCluster,
  policy: ClientPolicy | undefined,
  certificates: CertificateLookup | undefined,
  say: Say,
): NodeCluster {
  const origin = reached.get(base);
  if (origin === undefined) throw new Error(`${base.node} is not reached by ${base.port}`);
  const { node, listener } = origin;
  const { serviceDiscovery } = node.spec;
  if (serviceDiscovery === undefined) throw new Error(`${base.node} is found nowhere`);
  const name = discoveredName(serviceDiscovery);
  const member = `spec.listeners[${(node.spec.listeners ?? []).indexOf(listener)}]`;
  const check = healthCheckOf(listener, name);
  if (typeof check === 'string') say(node, `${member}.healthCheck`, check);
  if (base.discovery.kind === 'none') {
    say(
      node,
      'spec.serviceDiscovery.dns.hostname',
      `${JSON.stringify(name)} is no host name: the node has no endpoints`,
    );
  }
  const said = (reason: string) =>
    policy === undefined ? say(node, `${member}.tls`, reason) : say(policy.holder, policy.member, reason);
  const choice = clientChoice(listener, { name, owner: node.owner }, policy?.tls, { certificates, said });
  if (choice === 'plain') return base;
  if ('impossible' in choice) {
    said(choice.impossible);
    return once(node, `${base.port} nowhere`, () => ({ ...base, discovery: { kind: 'none' } }));
  }
  const { discovery } = base;
  return once(node, JSON.stringify([base.port, discovery, choice]), () => ({ ...base, tls: choice }));
}

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
  if (!isInForce(state, node)) return withoutAccess(node);
  const listeners = onePerPort(node.spec.listeners ?? []);
  const [first] = listeners;
  if (first === undefined) return `virtual node ${name} has no listener`;
  if (port === undefined && listeners.length > 1) {
    return `virtual node ${name} has several listeners, and no port says which`;
  }
  const listener = port === undefined ? first : listeners.find((one) => one.portMapping.port === port);
  if (listener === undefined) return `virtual node ${name} has no listener on port ${port}`;
  const cluster = clusterTo(state, node, listener);
  if (cluster === undefined) return `virtual node ${name} has no service discovery`;
  return { node, cluster };
}

/** Guide, shared meshes: once a mesh is unshared, what its former consumer made stays and gets no traffic. */
export const withoutAccess = ({ name, owner }: Resource<'virtualNode'>): string =>
  `account ${owner}, which owns virtual node ${name}, has no access to the mesh`;

export interface TargetListener {
  readonly node: Resource<'virtualNode'>;
  readonly cluster: NodeCluster;
}

/** Reports what those who send to a node would ask of its listener, and the translation does not know. */
export function reportTarget(node: Resource<'virtualNode'>, port: number, say: Say): void {
  const index = (node.spec.listeners ?? []).findIndex((listener) => listener.portMapping.port === port);
  const members = ['tls', 'healthCheck', 'outlierDetection'];
  const prefixes = ['spec.serviceDiscovery', ...members.map((member) => `spec.listeners[${index}].${member}`)];
  for (const path of untranslated(node)) {
    if (prefixes.some((prefix) => path.startsWith(prefix))) say(node, path, 'not yet translated');
  }
}
