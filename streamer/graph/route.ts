// From a route's document to a route of the graph: what it matches, its targets by weight, and the defaults.
import type {
  GrpcRoute,
  HttpRoute,
  PortProtocol,
  RouteSpec,
  WeightedTarget as Target,
  TcpRoute,
} from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { idleTimeout, requestTimeout, retry } from './defaults.ts';
import type { Route, WeightedTarget } from './graph.ts';
import type { Say } from './report.ts';
import { listenerOf, reportTarget } from './target.ts';
import { untranslated } from './translated.ts';

/** The members of a route's document that hold a route, with the protocol of the listeners that they belong to. */
export const routeMembers = { httpRoute: 'http', http2Route: 'http2', grpcRoute: 'grpc', tcpRoute: 'tcp' } as const;
export type RouteMember = keyof typeof routeMembers;

/** The parts of a route's document: as a rule one. */
export function partsOf(
  spec: RouteSpec,
): readonly { readonly member: RouteMember; readonly part: HttpRoute | GrpcRoute | TcpRoute }[] {
  return (Object.keys(routeMembers) as RouteMember[]).flatMap((member) => {
    const part = spec[member];
    return part === undefined ? [] : [{ member, part }];
  });
}

/** What a route matches that is no TCP's: the path prefix. An absent one matches all. */
export function prefixOf(member: RouteMember, part: HttpRoute | GrpcRoute | TcpRoute): string {
  if (member === 'grpcRoute') return grpcPrefix((part as GrpcRoute).match.serviceName);
  return member === 'tcpRoute' ? '' : ((part as HttpRoute).match.prefix ?? '/');
}

/** The paths of a gRPC service's methods are `/SERVICE/METHOD`. */
export const grpcPrefix = (serviceName: string | undefined): string =>
  serviceName === undefined ? '/' : `/${serviceName}/`;

/** Reports what a route's document asks and is not served; false when the route would then match too much. */
export function isServable(route: Resource<'route' | 'gatewayRoute'>, left: RegExp, say: Say): boolean {
  const paths = untranslated(route);
  const leftOut = paths.some((path) => left.test(path));
  for (const path of paths) {
    say(route, path, left.test(path) ? 'not yet translated: the route is left out' : 'not yet translated');
  }
  return !leftOut;
}

/** A route over HTTP with App Mesh's default timeouts and retries. */
export function httpRoute(prefix: string, targets: readonly WeightedTarget[]): Route {
  // Envoy refuses weights whose sum is 0. Requests of such a route are nobody else's either: they fail here.
  const weighs = targets.some((target) => target.weight > 0);
  if (!weighs) return { prefix, action: { kind: 'unavailable' } };
  return { prefix, action: { kind: 'forward', to: targets, requestTimeout, idleTimeout, retry } };
}

/** The targets of a route that can be sent to; of all others the report says why not. */
export function targetsOf(
  state: MeshState,
  route: Resource<'route'>,
  member: RouteMember,
  targets: readonly Target[],
  say: Say,
): readonly WeightedTarget[] {
  const path = `spec.${member}.action.weightedTargets`;
  const found = targets.flatMap((target, index) => {
    const listener = listenerOf(state, target.virtualNode, target.port);
    const reason = typeof listener === 'string' ? listener : mismatch(routeMembers[member], listener.cluster.protocol);
    if (reason !== undefined) say(route, `${path}[${index}]`, `${reason}: the target is left out`);
    if (typeof listener === 'string' || reason !== undefined) return [];
    reportTarget(listener.node, listener.cluster.port, say);
    return [{ cluster: listener.cluster, weight: target.weight }];
  });
  if (found.every((target) => target.weight === 0))
    say(route, path, 'no target with a weight is left: nothing is served');
  return found;
}

/** Envoy speaks to HTTP nodes of any version for a client of any other, but gRPC needs HTTP/2 and TCP is TCP. */
function mismatch(route: PortProtocol, node: PortProtocol): string | undefined {
  const fits = route === 'tcp' || node === 'tcp' ? route === node : !(route === 'grpc' && node === 'http');
  return fits ? undefined : `a ${route} route cannot send to a ${node} listener`;
}
