// From a route's document to a route of the graph: what it matches, its targets by weight, retries and timeouts.
import type {
  GrpcRoute,
  HttpRoute,
  PortProtocol,
  RouteSpec,
  WeightedTarget as Target,
  TcpRoute,
} from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { retry } from './defaults.ts';
import type { RetryPolicy, Route, RouteMatch, WeightedTarget } from './graph.ts';
import { anything, grpcMatch, httpMatch, type Matched } from './match.ts';
import type { Say } from './report.ts';
import { retryOf } from './retry.ts';
import { listenerOf, reportTarget } from './target.ts';
import { type SaidTimeouts, saidBy, type Timeouts, timeoutsOf } from './timeout.ts';
import { untranslated } from './translated.ts';

/** The members of a route's document that hold a route, with the protocol of the listeners that they belong to. */
export const routeMembers = { httpRoute: 'http', http2Route: 'http2', grpcRoute: 'grpc', tcpRoute: 'tcp' } as const;
export type RouteMember = keyof typeof routeMembers;

/** A route as one protocol's listeners have it; a TCP route matches everything. */
export interface RoutePart {
  readonly member: RouteMember;
  readonly matched: Matched;
  readonly port: number | undefined;
  readonly targets: readonly Target[];
  readonly timeout: SaidTimeouts | undefined;
  readonly retry: (route: Resource<'route'>, say: Say) => RetryPolicy | undefined;
}

/** The parts of a route's document: as a rule one. */
export function partsOf(spec: RouteSpec): readonly RoutePart[] {
  const { httpRoute, http2Route, grpcRoute, tcpRoute } = spec;
  return [
    ...(httpRoute === undefined ? [] : [partOf('httpRoute', httpRoute, httpMatch(httpRoute.match))]),
    ...(http2Route === undefined ? [] : [partOf('http2Route', http2Route, httpMatch(http2Route.match))]),
    ...(grpcRoute === undefined ? [] : [partOf('grpcRoute', grpcRoute, grpcMatch(grpcRoute.match))]),
    ...(tcpRoute === undefined ? [] : [partOf('tcpRoute', tcpRoute, { match: anything, faults: [] })]),
  ];
}

function partOf(member: RouteMember, part: HttpRoute | GrpcRoute | TcpRoute, matched: Matched): RoutePart {
  return {
    member,
    matched,
    port: part.match?.port,
    targets: part.action.weightedTargets,
    timeout: part.timeout,
    retry: (route, say) =>
      'retryPolicy' in part ? retryOf(part.retryPolicy, route, `spec.${member}.retryPolicy`, say) : retry,
  };
}

/** Reports what a route's document asks and is not served; false when the route would then match too much. */
export function isServable(route: Resource<'route' | 'gatewayRoute'>, left: RegExp, say: Say): boolean {
  const paths = untranslated(route);
  const leftOut = paths.some((path) => left.test(path));
  for (const path of paths) {
    say(route, path, left.test(path) ? 'not yet translated: the route is left out' : 'not yet translated');
  }
  return !leftOut;
}

/** Reports what Envoy would refuse of a match; false when the route is left out for it. */
export function isMatchable(
  route: Resource<'route' | 'gatewayRoute'>,
  member: string,
  { faults }: Matched,
  say: Say,
): boolean {
  for (const fault of faults) {
    say(route, `spec.${member}.match.${fault.member}`, `${fault.reason}: the route is left out`);
  }
  return faults.length === 0;
}

/** A route over HTTP. */
export function httpRoute(
  match: RouteMatch,
  targets: readonly WeightedTarget[],
  { requestTimeout, idleTimeout }: Timeouts,
  policy: RetryPolicy | undefined,
): Route {
  // Envoy refuses weights whose sum is 0. Requests of such a route are nobody else's either: they fail here.
  const weighs = targets.some((target) => target.weight > 0);
  if (!weighs) return { match, action: { kind: 'answer', status: 503 } };
  return { match, action: { kind: 'forward', to: targets, requestTimeout, idleTimeout, retry: policy } };
}

export interface FoundTargets {
  readonly targets: readonly WeightedTarget[];
  readonly timeouts: Timeouts;
}

/** The targets of a route that can be sent to, and for how long; of all others the report says why not. */
export function targetsOf(state: MeshState, route: Resource<'route'>, part: RoutePart, say: Say): FoundTargets {
  const path = `spec.${part.member}.action.weightedTargets`;
  const found = part.targets.flatMap((target, index) => {
    const listener = listenerOf(state, target.virtualNode, target.port);
    const reason =
      typeof listener === 'string' ? listener : mismatch(routeMembers[part.member], listener.cluster.protocol);
    if (reason !== undefined) say(route, `${path}[${index}]`, `${reason}: the target is left out`);
    if (typeof listener === 'string' || reason !== undefined) return [];
    const { node, cluster } = listener;
    reportTarget(node, cluster.port, say);
    const said = saidBy(node.spec.listeners?.find(({ portMapping }) => portMapping.port === cluster.port));
    return [{ cluster, weight: target.weight, said }];
  });
  if (found.every((target) => target.weight === 0))
    say(route, path, 'no target with a weight is left: nothing is served');
  const timeouts = timeoutsOf(
    part.timeout,
    found.map(({ said }) => said),
  );
  return { targets: found.map(({ cluster, weight }) => ({ cluster, weight })), timeouts };
}

/** Envoy speaks to HTTP nodes of any version for a client of any other, but gRPC needs HTTP/2 and TCP is TCP. */
function mismatch(route: PortProtocol, node: PortProtocol): string | undefined {
  const fits = route === 'tcp' || node === 'tcp' ? route === node : !(route === 'grpc' && node === 'http');
  return fits ? undefined : `a ${route} route cannot send to a ${node} listener`;
}
