// What a virtual gateway's proxy does: its listeners match gateway routes and send each request, under the name of its
// virtual service, around a loop into the gateway's own egress listener, which knows the services' routes.
import type { VirtualGatewayListener } from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { defaultPolicy } from './backend.ts';
import { loopConnectTimeout } from './defaults.ts';
import { directChain } from './egress.ts';
import { type GatewayPart, gatewayParts } from './gateway-route.ts';
import type { AccessLog, Listener, LoopCluster, RouteTable } from './graph.ts';
import { distinctHosts } from './hosts.ts';
import { ingressStatPrefix } from './ingress.ts';
import { type BehindLoop, egressHosts, hostNames, ingressHosts, type NameOf } from './loop.ts';
import { routesTo } from './loop-target.ts';
import { type Place, reachable } from './placement.ts';
import type { Policies } from './policy.ts';
import { limitsOf } from './pool.ts';
import { clustersOfRoute } from './reach.ts';
import type { newReport } from './report.ts';
import { securedChains } from './secured.ts';
import type { Surroundings } from './surroundings.ts';
import { onePerPort } from './target.ts';

/** What a gateway's listeners are made for, and with. */
export interface Gateway {
  readonly state: MeshState;
  readonly gateway: Resource<'virtualGateway'>;
  readonly place: Place;
  readonly surroundings: Surroundings;
  readonly policies: Policies;
  readonly accessLog: AccessLog | undefined;
  readonly report: ReturnType<typeof newReport>;
}

export function gatewayListeners(made: Gateway): readonly Listener[] {
  const { state, gateway, policies, report } = made;
  const parts = gatewayParts(state, gateway, report);
  const listeners = onePerPort(gateway.spec.listeners);
  for (const part of parts) {
    if (!listeners.some((listener) => belongs(part, listener))) {
      const port = part.port === undefined ? '' : ` on port ${part.port}`;
      report.say(part.route, 'spec', `the gateway has no ${part.protocol} listener${port}: the route is left out`);
    }
  }
  reportHealthChecks(gateway, report);
  const names = hostNames(parts);
  const behind = behindLoop(made, parts, names);
  const routes = behind.flatMap((one) => one.routes ?? []);
  policies.hold(defaultPolicy(gateway), routes.flatMap(clustersOfRoute));
  return [...ingressListeners(made, parts, names, behind), egressListener(made, behind)];
}

/** What routes lead to now has the name before what they led to until lately. */
function behindLoop(
  { state, surroundings }: Gateway,
  parts: readonly GatewayPart[],
  nameOf: NameOf,
): readonly BehindLoop[] {
  const former = (surroundings.former?.targets ?? []).flatMap((target) => {
    const { name, keepsHost } = target;
    const routes = routesTo(state, target);
    return routes === undefined ? [] : [{ name, keepsHost, routes }];
  });
  const present = parts.map((part) => ({
    name: nameOf(part),
    keepsHost: part.keepsHost,
    routes: part.serves?.routes,
  }));
  return [...former, ...present];
}

const belongs = (part: GatewayPart, { portMapping }: VirtualGatewayListener): boolean =>
  part.protocol === portMapping.protocol && (part.port === undefined || part.port === portMapping.port);

function reportHealthChecks(gateway: Resource<'virtualGateway'>, { say }: ReturnType<typeof newReport>): void {
  for (const [index, { healthCheck }] of gateway.spec.listeners.entries()) {
    if (healthCheck === undefined) continue;
    const member = `spec.listeners[${index}].healthCheck`;
    say(gateway, member, 'no proxy of the mesh sends to a gateway: whoever stands before it has to check it');
  }
}

function egressListener(made: Gateway, behind: readonly BehindLoop[]): Listener {
  const { gateway, accessLog } = made;
  const { say } = made.report;
  const { address, alsoIpv4, egressPort, explicit } = made.place;
  const distinct = distinctHosts(egressHosts(behind, egressPort), (host, domain) =>
    say(gateway, 'spec', `another virtual service has the domain ${domain}: ${host.name} is not served under it`),
  );
  const table: RouteTable = { direction: 'egress', protocol: 'http', port: egressPort, hosts: distinct };
  // Only the gateway's own loop comes here; to anyone else the port would open services that no gateway route names.
  const chains = [directChain(table, egressPort, accessLog)];
  const own = { direction: 'egress', address, alsoIpv4, port: egressPort, redirected: false } as const;
  return { ...own, exclusive: explicit, inspectsTls: 'always', chains };
}

function ingressListeners(
  made: Gateway,
  parts: readonly GatewayPart[],
  nameOf: NameOf,
  behind: readonly BehindLoop[],
): readonly Listener[] {
  const someKeepHost = behind.some(({ keepsHost }) => keepsHost);
  const { state, gateway, place, accessLog } = made;
  const { say } = made.report;
  const all = onePerPort(gateway.spec.listeners);
  const taken = new Set([place.egressPort]);
  return all.flatMap((listener) => {
    const { port, protocol } = listener.portMapping;
    const bound = place.inbound.get(port) ?? port;
    const member = `spec.listeners[${gateway.spec.listeners.indexOf(listener)}]`;
    if (taken.has(bound)) {
      say(gateway, `${member}.portMapping.port`, `port ${bound} is taken: the listener is left out`);
      return [];
    }
    taken.add(bound);
    const loop: LoopCluster = {
      kind: 'loop',
      meshName: state.meshName,
      gateway: gateway.name,
      ...(all.length > 1 ? { listener: port } : {}),
      protocol,
      address: reachable(place),
      port: place.egressPort,
      connectTimeout: loopConnectTimeout,
      limits: limitsOf(listener.connectionPool),
    };
    const mine = parts.filter((part) => belongs(part, listener));
    const hosts = ingressHosts(mine, someKeepHost, nameOf, loop);
    const ignoresHostPort = hosts.length > 1;
    const table: RouteTable = {
      direction: 'ingress',
      protocol,
      port,
      ...(ignoresHostPort && { ignoresHostPort }),
      hosts,
    };
    const statPrefix = ingressStatPrefix(protocol, port, all.length > 1);
    const match = place.explicit ? {} : { destinationPort: port };
    const serves = { kind: 'http', statPrefix, table, stripsOwnPort: false, ...(accessLog && { accessLog }) } as const;
    const chains = securedChains(listener, { match, serves }, made.surroundings.certificates, (reason) =>
      say(gateway, `${member}.tls`, reason),
    );
    if (chains.length === 0) return [];
    const { address, alsoIpv4 } = place;
    const own = { direction: 'ingress', address, alsoIpv4, port: bound, redirected: false } as const;
    return [{ ...own, exclusive: place.explicit, inspectsTls: 'always', chains } as const];
  });
}
