// From a state of the mesh to all that one proxy must know, and what it is not told and why.
import type { Key } from '#events/names.ts';
import { findKey, type MeshState, meshOf, type Resource } from '#events/state.ts';
import { enforcesTls } from './backend.ts';
import { egressListener } from './egress.ts';
import { gatewayListeners } from './gateway.ts';
import type { Cluster, Listener, ProxyGraph, Route, RouteTable } from './graph.ts';
import { ingressListeners } from './ingress.ts';
import { type Placement, placeOf } from './placement.ts';
import { newReport, type ReportLine, type Say } from './report.ts';
import { isStrict } from './target.ts';
import { untranslated } from './translated.ts';

export interface Translation {
  readonly graph: ProxyGraph;
  readonly report: readonly ReportLine[];
}

/**
 * What the proxies of a virtual node or gateway (`proxy` is its key) must know. Whatever is wrong is left out and
 * stands in the report. Throws when the state has no such node or gateway: its proxies keep what they have, so that
 * there is nothing to ask for.
 */
export function proxyGraph(state: MeshState, proxy: Key, placement: Placement): Translation {
  const resource = findKey(state, proxy);
  const report = newReport();
  const place = placeOf(placement);
  const mesh = meshOf(state);
  if (mesh !== undefined) for (const path of untranslated(mesh)) report.say(mesh, path, 'not yet translated');
  if (resource !== undefined && isOf('virtualNode', resource)) {
    reportNode(resource, report.say);
    const ingress = ingressListeners(state, resource, place, report.say);
    return { graph: graphOf([...ingress, egressListener(state, resource, place, report)]), report: report.lines() };
  }
  if (resource !== undefined && isOf('virtualGateway', resource)) {
    return { graph: graphOf(gatewayListeners(state, resource, place, report)), report: report.lines() };
  }
  throw new Error(`${state.stream} has no ${proxy} that proxies run as`);
}

const isOf = <K extends Resource['kind']>(kind: K, resource: Resource): resource is Resource<K> =>
  resource.kind === kind;

function reportNode(node: Resource<'virtualNode'>, say: Say): void {
  for (const path of untranslated(node)) say(node, path, `not yet translated${effectOf(node, path)}`);
}

function effectOf(node: Resource<'virtualNode'>, path: string): string {
  const { listeners = [], backendDefaults } = node.spec;
  const strict = listeners.some((listener, index) => isStrict(listener) && path === `spec.listeners[${index}].tls`);
  if (strict) return ': the listener is left out';
  const unsafe = path.startsWith('spec.backendDefaults') && enforcesTls(backendDefaults?.clientPolicy);
  return unsafe ? ': nothing is sent in plain text' : '';
}

/** The graph of some listeners: every table and cluster that they lead to, so that no pointer leads out of it. */
function graphOf(listeners: readonly Listener[]): ProxyGraph {
  const tables = new Set<RouteTable>();
  const clusters = new Set<Cluster>();
  for (const { serves } of listeners.flatMap((listener) => listener.chains)) {
    if (serves.kind === 'tcp') for (const { cluster } of serves.targets) clusters.add(cluster);
    else tables.add(serves.table);
  }
  for (const { routes } of [...tables].flatMap((table) => table.hosts)) {
    for (const cluster of routes.flatMap(clustersOf)) clusters.add(cluster);
  }
  return { listeners, tables: [...tables], clusters: [...clusters] };
}

function clustersOf({ action }: Route): readonly Cluster[] {
  if (action.kind === 'unavailable') return [];
  return 'kind' in action.to ? [action.to] : action.to.map((target) => target.cluster);
}
