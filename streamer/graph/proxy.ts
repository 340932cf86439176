// From a state of the mesh to all that one proxy must know, and what it is not told and why.
import type { Key } from '#events/names.ts';
import { findKey, type MeshState, meshOf, type Resource } from '#events/state.ts';
import { preferenceOf } from './discovery.ts';
import { egressListener } from './egress.ts';
import { gatewayListeners } from './gateway.ts';
import type { Cluster, Listener, NodeCluster, ProxyGraph, RouteTable } from './graph.ts';
import { ingressListeners } from './ingress.ts';
import { endpointsOf } from './instances.ts';
import type { CertificateLookup } from './issued.ts';
import { accessLogOf } from './logging.ts';
import { type Placement, placeOf } from './placement.ts';
import { newPolicies, type Policies } from './policy.ts';
import { clustersOfChain } from './reach.ts';
import { newReport, type ReportLine } from './report.ts';
import { secretsOf } from './secrets.ts';
import type { Surroundings } from './surroundings.ts';
import { underPolicy } from './target.ts';
import { untranslated } from './translated.ts';

export interface Translation {
  readonly graph: ProxyGraph;
  readonly report: readonly ReportLine[];
  /** What is other with the instances that there are now; absent where it is more than this, or nothing. */
  readonly withInstances?: (surroundings: Surroundings) => Retold;
}

/** The part of a translation that registered instances decide. */
export interface Retold {
  readonly endpoints: ProxyGraph['endpoints'];
  readonly report: readonly ReportLine[];
}

/**
 * What the proxies of a virtual node or gateway (`proxy` is its key) must know. Whatever is wrong is left out and
 * stands in the report. Throws when the state has no such node or gateway: its proxies keep what they have, so that
 * there is nothing to ask for.
 */
export function proxyGraph(
  state: MeshState,
  proxy: Key,
  placement: Placement,
  surroundings: Surroundings = {},
): Translation {
  const resource = findKey(state, proxy);
  const report = newReport();
  const mesh = meshOf(state);
  if (mesh !== undefined) reportUntranslated(mesh, report);
  const policies = newPolicies(report.say);
  let instancesShape = false;
  const noticed: Surroundings = {
    ...surroundings,
    instances(query) {
      instancesShape = true;
      return surroundings.instances?.(query);
    },
  };
  const translation = (listeners: readonly Listener[]): Translation => {
    const graph = graphOf(listeners, policies, surroundings.certificates, report);
    const registered = graph.clusters.flatMap((cluster) =>
      cluster.kind === 'node' && cluster.discovery.kind === 'instances' ? [cluster] : [],
    );
    const withInstances = retelling(state, registered, placement.zone, report.lines());
    const { endpoints, report: lines } = withInstances(surroundings);
    const retellable = registered.length > 0 && !instancesShape;
    return { graph: { ...graph, endpoints }, report: lines, ...(retellable && { withInstances }) };
  };
  if (resource !== undefined && isOf('virtualNode', resource)) {
    reportUntranslated(resource, report);
    const place = placeOf(placement, preferenceOf(state, resource));
    const accessLog = accessLogOf(resource, report.say);
    const ingress = ingressListeners({
      state,
      node: resource,
      place,
      surroundings: noticed,
      accessLog,
      say: report.say,
    });
    const egress = egressListener({ state, node: resource, place, surroundings: noticed, policies, accessLog, report });
    return translation([...ingress, egress]);
  }
  if (resource !== undefined && isOf('virtualGateway', resource)) {
    reportUntranslated(resource, report);
    const place = placeOf(placement, preferenceOf(state));
    const accessLog = accessLogOf(resource, report.say);
    return translation(
      gatewayListeners({ state, gateway: resource, place, surroundings: noticed, policies, accessLog, report }),
    );
  }
  throw new Error(`${state.stream} has no ${proxy} that proxies run as`);
}

const isOf = <K extends Resource['kind']>(kind: K, resource: Resource): resource is Resource<K> =>
  resource.kind === kind;

function reportUntranslated(resource: Resource, { say }: ReturnType<typeof newReport>): void {
  for (const path of untranslated(resource)) say(resource, path, 'not yet translated');
}

/** Kept as long as the proxy is told it: it holds on to no more than it needs. */
function retelling(
  state: MeshState,
  clusters: readonly NodeCluster[],
  zone: string | undefined,
  before: readonly ReportLine[],
): NonNullable<Translation['withInstances']> {
  return (surroundings) => {
    const { add, say, lines } = newReport();
    add(before);
    const endpoints = clusters.flatMap((cluster) => endpointsOf(state, cluster, zone, surroundings, say));
    return { endpoints, report: lines() };
  };
}

/** The graph of some listeners: every table and cluster that they lead to, each cluster as this proxy's policies want it. */
function graphOf(
  listeners: readonly Listener[],
  policies: Policies,
  certificates: CertificateLookup | undefined,
  report: ReturnType<typeof newReport>,
): Omit<ProxyGraph, 'endpoints'> {
  const chains = listeners.flatMap((listener) => listener.chains);
  const tables = new Set<RouteTable>();
  for (const { serves } of chains) if (serves.kind === 'http') tables.add(serves.table);
  const clusters = [...new Set(chains.flatMap(clustersOfChain))].map((cluster): Cluster => {
    return cluster.kind === 'node' ? underPolicy(cluster, policies.of(cluster), certificates, report.say) : cluster;
  });
  return { listeners, tables: [...tables], clusters, secrets: secretsOf(chains, clusters, certificates) };
}
