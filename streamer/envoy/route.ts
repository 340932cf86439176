// Which request goes where, as Envoy's RouteConfiguration.
import { type HeaderValueOption, HeaderValueOption_HeaderAppendAction } from '../gen/envoy/config/core/v3/base.ts';
import { RouteConfiguration } from '../gen/envoy/config/route/v3/route.ts';
import { type DeepPartial, Route, RouteAction, VirtualHost } from '../gen/envoy/config/route/v3/route_components.ts';
import type { Forward, Route as RouteNode, RouteTable } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';
import { duration } from './duration.ts';
import { routeMatch } from './match.ts';
import { aggregateStats } from './metadata.ts';
import { clusterName, tableName } from './names.ts';
import { retryPolicy } from './retry.ts';
import { pathRewrite } from './rewrite.ts';

export function routeConfiguration(table: RouteTable): RouteConfiguration {
  // Put together by hand: completing the whole table would copy the routes that many tables share.
  const virtualHosts = table.hosts.map(({ name, domains, routes }): VirtualHost => {
    return { ...VirtualHost.fromPartial({ name, domains: [...domains] }), routes: [...printed(routes)] };
  });
  const own = { name: tableName(table), ignorePortInHostMatching: table.ignoresHostPort ?? false };
  return { ...RouteConfiguration.fromPartial(own), virtualHosts };
}

// The routes of a service are the same for all of its clients and both of a proxy's tables.
const known = new WeakMap<readonly RouteNode[], readonly Route[]>();

function printed(routes: readonly RouteNode[]): readonly Route[] {
  const before = known.get(routes);
  if (before !== undefined) return before;
  const after = routes.map(route);
  known.set(routes, after);
  return after;
}

function route({ match, service, action, setsHeader, removesHeader }: RouteNode): Route {
  return Route.fromPartial({
    match: routeMatch(match),
    action: actionOf(action),
    metadata: service === undefined ? undefined : aggregateStats({ key: 'TargetVirtualService', value: service }),
    requestHeadersToAdd: setsHeader === undefined ? [] : [setting(setsHeader)],
    requestHeadersToRemove: removesHeader === undefined ? [] : [removesHeader],
  });
}

function actionOf(action: RouteNode['action']): DeepPartial<Route>['action'] {
  switch (action.kind) {
    case 'forward':
      return { $case: 'route', value: routeAction(action) };
    case 'answer':
      return { $case: 'directResponse', value: { status: action.status } };
    default:
      return unreachable(action);
  }
}

const setting = ({ name, value }: NonNullable<RouteNode['setsHeader']>): DeepPartial<HeaderValueOption> => ({
  // Envoy would read a percent sign as the beginning of a command of its own.
  header: { key: name, value: value.replaceAll('%', '%%') },
  appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
});

function routeAction(forward: Forward): RouteAction {
  return RouteAction.fromPartial({
    clusterSpecifier: clusterSpecifier(forward.to),
    ...pathRewrite(forward.pathRewrite),
    hostRewriteSpecifier:
      forward.hostRewrite === undefined ? undefined : { $case: 'hostRewriteLiteral', value: forward.hostRewrite },
    timeout: duration(forward.requestTimeout),
    idleTimeout: duration(forward.idleTimeout),
    retryPolicy: forward.retry === undefined ? undefined : retryPolicy(forward.retry),
  });
}

function clusterSpecifier(to: Forward['to']): DeepPartial<RouteAction>['clusterSpecifier'] {
  if ('kind' in to) return { $case: 'cluster', value: clusterName(to) };
  const clusters = to.map(({ cluster, weight }) => ({ name: clusterName(cluster), weight }));
  return { $case: 'weightedClusters', value: { clusters } };
}
