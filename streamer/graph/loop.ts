// The way of a request through a gateway: its listener's routes name the virtual service and send it around a loop into
// the gateway's own egress listener, whose hosts are the services.
import type { GatewayPart } from './gateway-route.ts';
import type { HeaderMatch, LoopCluster, Route, VirtualHost } from './graph.ts';
import { hostOf } from './hosts.ts';
import { anything, withHeader } from './match.ts';
import { rewrittenMatches } from './rewrite.ts';
import { longestOf } from './timeout.ts';

/** Names the service on the loop when the request keeps its host (known from a configuration dump). */
const serviceHeader = 'x-app-mesh-virtual-service';

/** What a service is called on the loop. */
export type NameOf = (part: GatewayPart) => string;

/** A service that is meant on several ports has a host for each: the lowest under its own name, others with the port. */
export function hostNames(parts: readonly GatewayPart[]): NameOf {
  const lowest = new Map<string, number>();
  for (const { service, serves } of parts) {
    if (serves !== undefined) lowest.set(service, Math.min(serves.port, lowest.get(service) ?? serves.port));
  }
  return ({ service, serves }) =>
    serves === undefined || serves.port === lowest.get(service) ? service : `${service}:${serves.port}`;
}

/** What is behind the loop; without routes its requests get 404. */
export interface BehindLoop {
  readonly name: string;
  readonly keepsHost: boolean;
  readonly routes: readonly Route[] | undefined;
}

/**
 * The hosts of a gateway's listener: one for each that routes ask for, with all routes that match it, and one for any
 * other. `someKeepHost`: behind the loop some are known by the header.
 */
export function ingressHosts(
  parts: readonly GatewayPart[],
  someKeepHost: boolean,
  nameOf: NameOf,
  loop: LoopCluster,
): readonly VirtualHost[] {
  const routes = new Map(parts.map((part) => [part, loopRoutes(part, nameOf(part), someKeepHost, loop)]));
  const host = (name: string, domains: readonly string[], matches: (part: GatewayPart) => boolean): VirtualHost => ({
    name: `self_redirect${name}`,
    domains,
    routes: parts.filter(matches).flatMap((part) => routes.get(part) ?? []),
  });
  const exact = distinct(parts.map(({ host: { exact: name } }) => name));
  const suffixes = distinct(parts.map(({ host: { suffix } }) => suffix));
  const anyHost = ({ host: { exact: name, suffix } }: GatewayPart) => name === undefined && suffix === undefined;
  // Envoy's `*` stands for at least one character, and the longest suffix that matches has the request.
  const domainsOf = (suffix: string) => {
    const isHost = !suffix.startsWith('.') && !exact.includes(suffix);
    return [`*${suffix}`, ...(isHost ? [suffix] : [])];
  };
  return [
    host('', ['*'], anyHost),
    ...exact.map((name) =>
      host(`_${name}`, [name], (part) => {
        return anyHost(part) || part.host.exact === name || endsWith(name, part.host.suffix);
      }),
    ),
    ...suffixes.map((suffix) =>
      host(`_*${suffix}`, domainsOf(suffix), (part) => anyHost(part) || endsWith(suffix, part.host.suffix)),
    ),
  ];
}

const distinct = (names: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(names.filter((name) => name !== undefined))].sort();

const endsWith = (name: string, suffix: string | undefined): boolean => suffix !== undefined && name.endsWith(suffix);

/** Guide, gateway routes: by default the host becomes the virtual service's name. */
function loopRoutes(part: GatewayPart, name: string, someKeepHost: boolean, loop: LoopCluster): readonly Route[] {
  const action = {
    kind: 'forward',
    to: loop,
    ...longestOf(part.serves?.routes ?? []),
    ...(part.keepsHost ? {} : { hostRewrite: name }),
  } as const;
  // A client that sent the header itself would choose the service in place of the route.
  const header = part.keepsHost
    ? { setsHeader: { name: serviceHeader, value: name } }
    : someKeepHost
      ? { removesHeader: serviceHeader }
      : {};
  return rewrittenMatches(part.match, part.path).map(({ match, change }) => {
    const rewrite = change === 'as it is' ? {} : { pathRewrite: change };
    return { match, action: { ...action, ...rewrite }, ...header };
  });
}

/**
 * The hosts behind the loop. A request that kept its host is known by the header, which ends here. Its host may well be
 * the name of another service, so that every host looks at the header first.
 */
export function egressHosts(all: readonly BehindLoop[], port: number): readonly VirtualHost[] {
  const named = new Map<string, readonly Route[]>();
  const kept = new Map<string, readonly Route[]>();
  for (const { name, keepsHost, routes } of all) {
    if (keepsHost) kept.set(name, routes ?? []);
    else if (routes !== undefined) named.set(name, routes);
  }
  const keptRoutes = [...kept].flatMap(([name, routes]) => [
    ...routes.map((route) => ({ ...route, match: withHeader(route.match, isFor(name)), removesHeader: serviceHeader })),
    { match: withHeader(anything, isFor(name)), action: { kind: 'answer', status: 404 } } as const,
  ]);
  const hosts = [...named].map(([name, routes]) => {
    return hostOf(name, port, kept.size === 0 ? routes : [...keptRoutes, ...routes]);
  });
  return kept.size === 0 ? hosts : [...hosts, { name: 'default_backend', domains: ['*'], routes: keptRoutes }];
}

const isFor = (name: string): HeaderMatch => ({ name: serviceHeader, value: { kind: 'exact', value: name } });
