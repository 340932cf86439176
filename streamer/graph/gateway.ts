// What a virtual gateway's proxy does: its listeners match gateway routes and send each request, under the name of its
// virtual service, around a loop into the gateway's own egress listener, which knows the services' routes.
import type { VirtualGatewayListener } from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { enforcesTls } from './backend.ts';
import { idleTimeout, limits, loopConnectTimeout, requestTimeout } from './defaults.ts';
import { directChain } from './egress.ts';
import { type GatewayPart, gatewayParts } from './gateway-route.ts';
import type { Listener, LoopCluster, Route, RouteTable, VirtualHost } from './graph.ts';
import { distinctHosts, hostOf } from './hosts.ts';
import { ingressStatPrefix } from './ingress.ts';
import { type Place, reachable } from './placement.ts';
import type { newReport } from './report.ts';
import { isStrict, onePerPort } from './target.ts';
import { untranslated } from './translated.ts';

export function gatewayListeners(
  state: MeshState,
  gateway: Resource<'virtualGateway'>,
  place: Place,
  report: ReturnType<typeof newReport>,
): readonly Listener[] {
  const parts = gatewayParts(state, gateway, report);
  const listeners = onePerPort(gateway.spec.listeners);
  for (const part of parts) {
    if (!listeners.some((listener) => belongs(part, listener))) {
      const port = part.port === undefined ? '' : ` on port ${part.port}`;
      report.say(part.route, 'spec', `the gateway has no ${part.protocol} listener${port}: the route is left out`);
    }
  }
  reportGateway(gateway, report);
  const names = hostNames(parts);
  const sends = !enforcesTls(gateway.spec.backendDefaults?.clientPolicy);
  const egress = egressListener(gateway, sends ? parts : [], names, place, report);
  return [...ingressListeners(state, gateway, parts, names, place, report), egress];
}

const belongs = (part: GatewayPart, { portMapping }: VirtualGatewayListener): boolean =>
  part.protocol === portMapping.protocol && (part.port === undefined || part.port === portMapping.port);

function reportGateway(gateway: Resource<'virtualGateway'>, { say }: ReturnType<typeof newReport>): void {
  for (const path of untranslated(gateway)) {
    const listener = gateway.spec.listeners.find(
      (one, index) => isStrict(one) && path === `spec.listeners[${index}].tls`,
    );
    const unsafe = path.startsWith('spec.backendDefaults') && enforcesTls(gateway.spec.backendDefaults?.clientPolicy);
    const effect =
      listener !== undefined ? ': the listener is left out' : unsafe ? ': nothing is sent in plain text' : '';
    say(gateway, path, `not yet translated${effect}`);
  }
}

/** A service that is meant on several ports has a host for each: the lowest under its own name, others with the port. */
function hostNames(parts: readonly GatewayPart[]): (part: GatewayPart) => string {
  const lowest = new Map<string, number>();
  for (const { service, serves } of parts) {
    if (serves !== undefined) lowest.set(service, Math.min(serves.port, lowest.get(service) ?? serves.port));
  }
  return ({ service, serves }) =>
    serves === undefined || serves.port === lowest.get(service) ? service : `${service}:${serves.port}`;
}

function egressListener(
  gateway: Resource<'virtualGateway'>,
  parts: readonly GatewayPart[],
  nameOf: (part: GatewayPart) => string,
  place: Place,
  { say }: ReturnType<typeof newReport>,
): Listener {
  const { address, egressPort, explicit } = place;
  const hosts = new Map<string, VirtualHost>();
  for (const part of parts) {
    const name = nameOf(part);
    if (part.serves !== undefined) hosts.set(name, hostOf(name, egressPort, part.serves.routes));
  }
  const distinct = distinctHosts([...hosts.values()], (host, domain) =>
    say(gateway, 'spec', `another virtual service has the domain ${domain}: ${host.name} is not served under it`),
  );
  const table: RouteTable = { direction: 'egress', protocol: 'http', port: egressPort, hosts: distinct };
  // Only the gateway's own loop comes here; to anyone else the port would open services that no gateway route names.
  const chains = [directChain(table, egressPort)];
  const own = { direction: 'egress', address, port: egressPort, redirected: false, exclusive: explicit } as const;
  return { ...own, inspectsTls: 'always', chains };
}

function ingressListeners(
  state: MeshState,
  gateway: Resource<'virtualGateway'>,
  parts: readonly GatewayPart[],
  nameOf: (part: GatewayPart) => string,
  place: Place,
  { say }: ReturnType<typeof newReport>,
): readonly Listener[] {
  const all = onePerPort(gateway.spec.listeners);
  const taken = new Set([place.egressPort]);
  return all.flatMap((listener) => {
    if (isStrict(listener)) return [];
    const { port, protocol } = listener.portMapping;
    const bound = place.inbound.get(port) ?? port;
    if (taken.has(bound)) {
      const index = gateway.spec.listeners.indexOf(listener);
      say(gateway, `spec.listeners[${index}].portMapping.port`, `port ${bound} is taken: the listener is left out`);
      return [];
    }
    taken.add(bound);
    const loop: LoopCluster = {
      kind: 'loop',
      meshName: state.meshName,
      gateway: gateway.name,
      ...(all.length > 1 ? { listener: port } : {}),
      protocol,
      address: reachable(place.address),
      port: place.egressPort,
      connectTimeout: loopConnectTimeout,
      limits,
    };
    const mine = parts.filter((part) => belongs(part, listener));
    const routes = mine.flatMap((part) => loopRoutes(part, nameOf(part), loop));
    const hosts = [{ name: 'self_redirect', domains: ['*'], routes }];
    const table: RouteTable = { direction: 'ingress', protocol, port, hosts };
    const statPrefix = ingressStatPrefix(protocol, port, all.length > 1);
    const match = place.explicit ? {} : { destinationPort: port };
    const chains = [{ match, serves: { kind: 'http', statPrefix, table, stripsOwnPort: false } as const }];
    const own = { direction: 'ingress', address: place.address, port: bound, redirected: false } as const;
    return [{ ...own, exclusive: place.explicit, inspectsTls: 'always', chains } as const];
  });
}

/**
 * Guide, gateway routes: by default the host becomes the virtual service's name and the matched prefix `/`. A prefix
 * without a final slash stands twice, so that `/a/b` becomes `/b` and not `//b` (so seen in a configuration dump).
 */
function loopRoutes(part: GatewayPart, name: string, loop: LoopCluster): readonly Route[] {
  const action = { kind: 'forward', to: loop, requestTimeout, idleTimeout, hostRewrite: name } as const;
  if (part.protocol === 'grpc') return [{ prefix: part.prefix, action }];
  const prefixes = part.prefix.endsWith('/') ? [part.prefix] : [`${part.prefix}/`, part.prefix];
  return prefixes.map((prefix) => ({ prefix, action: { ...action, prefixRewrite: '/' } }));
}
