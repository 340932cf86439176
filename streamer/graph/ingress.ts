// What a virtual node's proxy takes for the application beside it.
import type { Listener as NodeListener } from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { connectTimeout, ingressPort, inspectionTimeout, loopbackAddress, loopbackAddressIpv6 } from './defaults.ts';
import { familyOf, preferenceOf } from './discovery.ts';
import type { AccessLog, ApplicationCluster, Chain, ChainMatch, Listener, RouteTable } from './graph.ts';
import { anything } from './match.ts';
import { type Place, reachable } from './placement.ts';
import { limitsOf } from './pool.ts';
import type { Say } from './report.ts';
import { inspected, securedChains } from './secured.ts';
import type { Surroundings } from './surroundings.ts';
import { onePerPort } from './target.ts';
import { listenerTimeouts } from './timeout.ts';

/** What an ingress listener is made for, and with. */
export interface Ingress {
  readonly state: MeshState;
  readonly node: Resource<'virtualNode'>;
  readonly place: Place;
  readonly surroundings: Surroundings;
  readonly accessLog: AccessLog | undefined;
  readonly say: Say;
}

/** A listener, and who hears what is wrong with it: nobody where it is a former one. */
type Heard = readonly [listener: NodeListener, say: Say];

export function ingressListeners(ingress: Ingress): readonly Listener[] {
  const { node, place, surroundings, say: tell } = ingress;
  const present = onePerPort(node.spec.listeners ?? []);
  reportRepeatedPorts(node, tell);
  const former = (surroundings.former?.listeners ?? []).map((listener): Heard => [listener, () => {}]);
  const all = [...present.map((listener): Heard => [listener, tell]), ...former];
  const several = present.length > 1;
  if (place.explicit) return placedListeners(ingress, all, several);
  const own = [ingressPort, place.egressPort];
  const served = all.flatMap(([listener, say]) => {
    const { port } = listener.portMapping;
    if (!own.includes(port)) return chainsFor({ ...ingress, say }, listener, { destinationPort: port }, several);
    say(node, memberOf(node, port), `port ${port} is the proxy's own: the listener is left out`);
    return [];
  });
  if (served.length === 0) return [];
  const permissive = served.flatMap(({ match }) => (match.tls ? (match.destinationPort ?? []) : []));
  const inspectsTls = permissive.length === 0 ? 'never' : { onPorts: permissive };
  const where = { address: place.address, alsoIpv4: place.alsoIpv4, port: ingressPort } as const;
  const arrival = { redirected: true, exclusive: false } as const;
  return [{ direction: 'ingress', ...where, ...arrival, inspectsTls, ...shortly(served), chains: served }];
}

/** Over plain tcp it may be the server who speaks first. */
const shortly = (chains: readonly Chain[]): Pick<Listener, 'inspectionTimeout'> =>
  chains.some(({ match, serves }) => match.tls && serves.kind === 'tcp') ? { inspectionTimeout } : {};

/** Without redirection each listener of the node is a listener of Envoy's, on the port that the proxy chose for it. */
function placedListeners(ingress: Ingress, all: readonly Heard[], several: boolean): readonly Listener[] {
  const { node, place } = ingress;
  const taken = new Set([place.egressPort]);
  return all.flatMap(([listener, say]) => {
    const { port } = listener.portMapping;
    const bound = place.inbound.get(port);
    const why =
      bound === undefined ? 'no port for it in node.metadata.heddle.inbound' : unusable(ingress, taken, port, bound);
    if (bound === undefined || why !== undefined) {
      say(node, memberOf(node, port), `${why}: the listener is left out`);
      return [];
    }
    taken.add(bound);
    const chains = chainsFor({ ...ingress, say }, listener, {}, several);
    if (chains.length === 0) return [];
    const where = { address: place.address, alsoIpv4: place.alsoIpv4, port: bound, redirected: false } as const;
    const inspectsTls = inspected(chains, bound);
    return [{ direction: 'ingress', ...where, exclusive: true, inspectsTls, ...shortly(chains), chains } as const];
  });
}

function unusable(ingress: Ingress, taken: ReadonlySet<number>, port: number, bound: number): string | undefined {
  if (taken.has(bound)) return `port ${bound} is taken`;
  // Every request would come back to the listener that sent it.
  const itself = bound === port && reachable(ingress.place) === applicationAddress(ingress);
  return itself ? `port ${bound} of this address is the application's` : undefined;
}

/** Guide, IP version preference: the application is reached by IPv4 unless IPv6 is preferred. */
function applicationAddress({ state, node }: Ingress): string {
  const family = familyOf(preferenceOf(state, node));
  return family === 'IPv6 first' || family === 'IPv6 only' ? loopbackAddressIpv6 : loopbackAddress;
}

function chainsFor(ingress: Ingress, listener: NodeListener, match: ChainMatch, several: boolean): readonly Chain[] {
  const { node, say, surroundings } = ingress;
  const plain = { match, serves: serviceFor(ingress, listener, several) };
  return securedChains(listener, plain, surroundings.certificates, (reason) =>
    say(node, `${memberOf(node, listener.portMapping.port)}.tls`, reason),
  );
}

const memberOf = (node: Resource<'virtualNode'>, port: number): string =>
  `spec.listeners[${(node.spec.listeners ?? []).findIndex((listener) => listener.portMapping.port === port)}]`;

function reportRepeatedPorts(node: Resource<'virtualNode'>, say: Say): void {
  const seen = new Set<number>();
  for (const [index, { portMapping }] of (node.spec.listeners ?? []).entries()) {
    if (seen.has(portMapping.port)) {
      say(
        node,
        `spec.listeners[${index}].portMapping.port`,
        'another listener has this port: the listener is left out',
      );
    }
    seen.add(portMapping.port);
  }
}

function serviceFor(ingress: Ingress, listener: NodeListener, several: boolean): Chain['serves'] {
  const { state, node, accessLog } = ingress;
  const { port, protocol } = listener.portMapping;
  const statPrefix = ingressStatPrefix(protocol, port, several);
  const { requestTimeout, idleTimeout } = listenerTimeouts(state, node, listener);
  const cluster: ApplicationCluster = {
    kind: 'application',
    meshName: state.meshName,
    node: node.name,
    protocol,
    port,
    address: applicationAddress(ingress),
    connectTimeout,
    limits: limitsOf(listener.connectionPool),
  };
  if (protocol === 'tcp') {
    return { kind: 'tcp', statPrefix, targets: [{ cluster, weight: 1 }], idleTimeout, ...(accessLog && { accessLog }) };
  }
  // Retries are the client's: its proxy may choose another host, this one has a single application to send to.
  const routes = [{ match: anything, action: { kind: 'forward', to: cluster, requestTimeout, idleTimeout } }] as const;
  const table: RouteTable = {
    direction: 'ingress',
    protocol,
    port,
    hosts: [{ name: 'ingress', domains: ['*'], routes }],
  };
  return { kind: 'http', statPrefix, table, stripsOwnPort: false, ...(accessLog && { accessLog }) };
}

/** Guide, Envoy metrics: the listeners of a node are told apart in statistics once there are several. */
export const ingressStatPrefix = (protocol: string, port: number, several: boolean): string =>
  several ? `ingress.${protocol}.${port}` : 'ingress';
