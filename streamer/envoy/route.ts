// Which request goes where, as Envoy's RouteConfiguration.
import { RouteConfiguration } from '../gen/envoy/config/route/v3/route.ts';
import { type DeepPartial, Route, RouteAction, VirtualHost } from '../gen/envoy/config/route/v3/route_components.ts';
import type { Forward, Route as RouteNode, RouteTable } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';
import { duration } from './duration.ts';
import { clusterName, tableName } from './names.ts';
import { retryPolicy } from './retry.ts';

export function routeConfiguration(table: RouteTable): RouteConfiguration {
  // Put together by hand: completing the whole table would copy the routes that many tables share.
  const virtualHosts = table.hosts.map(({ name, domains, routes }): VirtualHost => {
    return { ...VirtualHost.fromPartial({ name, domains: [...domains] }), routes: [...printed(routes)] };
  });
  return { ...RouteConfiguration.fromPartial({ name: tableName(table) }), virtualHosts };
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

function route({ prefix, action }: RouteNode): Route {
  const match = { pathSpecifier: { $case: 'prefix', value: prefix } } as const;
  switch (action.kind) {
    case 'forward':
      return Route.fromPartial({ match, action: { $case: 'route', value: routeAction(action) } });
    case 'unavailable':
      return Route.fromPartial({ match, action: { $case: 'directResponse', value: { status: 503 } } });
    default:
      return unreachable(action);
  }
}

function routeAction(forward: Forward): RouteAction {
  return RouteAction.fromPartial({
    clusterSpecifier: clusterSpecifier(forward.to),
    prefixRewrite: forward.prefixRewrite ?? '',
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
