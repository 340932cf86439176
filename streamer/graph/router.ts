// From a virtual router to the ports that it gives its virtual service, each with routes in the order of trial.
import type { VirtualRouterListener } from '#events/model/shapes.ts';
import { list, type MeshState, type Resource } from '#events/state.ts';
import type { RetryPolicy, Route, RouteMatch } from './graph.ts';
import { byPrecedence } from './precedence.ts';
import type { Say } from './report.ts';
import {
  type FoundTargets,
  httpRoute,
  isMatchable,
  isServable,
  partsOf,
  type RouteMember,
  routeMembers,
  targetsOf,
} from './route.ts';
import { onePerPort } from './target.ts';
import type { ServicePort, TcpServicePort } from './virtual-service.ts';

// A match that is not translated would be too wide, so that the route goes; anything else leaves it standing.
const narrows = /^spec\.\w+Route\.match\b/;

interface Part extends FoundTargets {
  readonly route: Resource<'route'>;
  readonly member: RouteMember;
  readonly port: number | undefined;
  readonly match: RouteMatch;
  readonly priority: number | undefined;
  readonly retry: RetryPolicy | undefined;
}

export function routerPorts(state: MeshState, router: Resource<'virtualRouter'>, say: Say): readonly ServicePort[] {
  const listeners = onePerPort(router.spec.listeners ?? []);
  if (listeners.length === 0) say(router, 'spec.listeners', 'the virtual router has no listener');
  const parts = partsOfRouter(state, router, say);
  for (const part of parts) {
    if (!listeners.some((listener) => belongs(part, listener))) {
      const port = part.port === undefined ? '' : ` on port ${part.port}`;
      const protocol = routeMembers[part.member];
      say(
        part.route,
        `spec.${part.member}`,
        `the virtual router has no ${protocol} listener${port}: the route is left out`,
      );
    }
  }
  return listeners.flatMap((listener): readonly ServicePort[] => {
    const { port, protocol } = listener.portMapping;
    const mine = parts.filter((part) => belongs(part, listener));
    if (protocol !== 'tcp') return [{ port, protocol, routes: mine.map(routeOf) }];
    const served = tcpTargets(router, port, mine, say);
    return served === undefined ? [] : [{ port, protocol, ...served }];
  });
}

/** The parts of all routes that can be served, those to try first before others. */
function partsOfRouter(state: MeshState, router: Resource<'virtualRouter'>, say: Say): readonly Part[] {
  const routes = list(state, 'route', router.name);
  if (routes.length === 0) say(router, 'spec', 'the virtual router has no route');
  return routes
    .filter((route) => isServable(route, narrows, say))
    .flatMap((route) =>
      partsOf(route.spec)
        .filter(({ member, matched }) => isMatchable(route, member, matched, say))
        .map((part): Part => {
          const { member, port, matched } = part;
          const { priority } = route.spec;
          const retry = part.retry(route, say);
          return { route, member, port, match: matched.match, priority, retry, ...targetsOf(state, route, part, say) };
        }),
    )
    .sort(byPrecedence);
}

/** A route belongs to the listeners of its protocol, and to the one on its port when it names one. */
const belongs = (part: Part, { portMapping }: VirtualRouterListener): boolean =>
  routeMembers[part.member] === portMapping.protocol && (part.port === undefined || part.port === portMapping.port);

const routeOf = (part: Part): Route => httpRoute(part.match, part.targets, part.timeouts, part.retry);

/** A TCP connection says nothing that a route could match: the first route takes all of them. */
function tcpTargets(
  router: Resource<'virtualRouter'>,
  port: number,
  parts: readonly Part[],
  say: Say,
): Pick<TcpServicePort, 'targets' | 'idleTimeout'> | undefined {
  const [first, ...others] = parts;
  for (const other of others) {
    say(
      other.route,
      'spec.tcpRoute',
      `route ${first?.route.name} comes first and takes every connection to port ${port}`,
    );
  }
  if (first === undefined) {
    say(router, 'spec.listeners', `no route serves the tcp listener on port ${port}`);
    return undefined;
  }
  // Envoy refuses a TCP target of weight 0; it would get nothing anyway.
  const targets = first.targets.filter((target) => target.weight > 0);
  return targets.length === 0 ? undefined : { targets, idleTimeout: first.timeouts.idleTimeout };
}
