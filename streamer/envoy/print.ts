// A proxy's graph as the resources that Envoy gets, each kind ordered by name, so that equal graphs give equal bytes, and
// the table behind a gateway's loop (egress) is told before those that send requests there (ingress).
import type { Cluster } from '../gen/envoy/config/cluster/v3/cluster.ts';
import type { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import type { Listener } from '../gen/envoy/config/listener/v3/listener.ts';
import type { RouteConfiguration } from '../gen/envoy/config/route/v3/route.ts';
import type { Secret } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import type { Cluster as ClusterNode, Endpoints, ProxyGraph } from '../graph/graph.ts';
import { cluster } from './cluster.ts';
import { localityAssignment } from './endpoint.ts';
import { listener } from './listener.ts';
import { clusterName, tableName } from './names.ts';
import { routeConfiguration } from './route.ts';
import { nameOfSecret, secret } from './secret.ts';

export interface EnvoyResources {
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
  readonly routes: readonly RouteConfiguration[];
  readonly endpoints: readonly ClusterLoadAssignment[];
  readonly secrets: readonly Secret[];
}

export function print(graph: ProxyGraph): EnvoyResources {
  const clusters = byName(graph.clusters, clusterName);
  return {
    listeners: graph.listeners.map((node) => listener(node, 'ads')).sort(ordered((message) => message.name)),
    clusters: clusters.map((node) => once(printedClusters, node, () => cluster(node, 'ads'))),
    routes: byName(graph.tables, tableName).map(routeConfiguration),
    endpoints: printEndpoints(graph),
    secrets: byName(graph.secrets, nameOfSecret).map(secret),
  };
}

export function printEndpoints({ endpoints }: Pick<ProxyGraph, 'endpoints'>): readonly ClusterLoadAssignment[] {
  return byName(endpoints, ({ cluster: of }) => clusterName(of)).map((node) =>
    once(printedEndpoints, node, () => endpointsOf(node)),
  );
}

// The cluster to a node is one object for all proxies that send to it: it is printed once, and being one message, it
// is encoded once as well.
const printedClusters = new WeakMap<ClusterNode, Cluster>();

// … and so are the endpoints of one.
const printedEndpoints = new WeakMap<Endpoints, ClusterLoadAssignment>();

function once<N extends object, M>(printed: WeakMap<N, M>, node: N, make: () => M): M {
  const before = printed.get(node);
  if (before !== undefined) return before;
  const after = make();
  printed.set(node, after);
  return after;
}

function endpointsOf({ cluster: of, localities }: Endpoints): ClusterLoadAssignment {
  const { port, healthCheck } = of;
  return localityAssignment(clusterName(of), localities, (address) => ({
    address,
    port,
    healthPort: healthCheck?.port ?? port,
  }));
}

/** The nodes by the name of what they print to, each name once. */
export function byName<N>(nodes: readonly N[], nameOf: (node: N) => string): readonly N[] {
  return [...new Map(nodes.map((node) => [nameOf(node), node]))]
    .sort(ordered(([name]) => name))
    .map(([, node]) => node);
}

const ordered =
  <T>(nameOf: (item: T) => string) =>
  (left: T, right: T): number =>
    nameOf(left) < nameOf(right) ? -1 : 1;
