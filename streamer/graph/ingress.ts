// What a virtual node's proxy takes for the application beside it.
import type { Listener as NodeListener } from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import { connectTimeout, idleTimeout, ingressPort, limits, loopbackAddress, requestTimeout } from './defaults.ts';
import type { ApplicationCluster, Chain, Listener, RouteTable } from './graph.ts';
import { type Place, reachable } from './placement.ts';
import type { Say } from './report.ts';
import { isStrict, onePerPort } from './target.ts';

export function ingressListeners(
  state: MeshState,
  node: Resource<'virtualNode'>,
  place: Place,
  say: Say,
): readonly Listener[] {
  const all = onePerPort(node.spec.listeners ?? []);
  reportRepeatedPorts(node, say);
  const served = all.filter((listener) => !isStrict(listener));
  if (place.explicit) return placedListeners(state, node, served, all.length > 1, place, say);
  if (served.length === 0) return [];
  const chains = served.map((listener) => ({
    match: { destinationPort: listener.portMapping.port },
    serves: serviceFor(state, node, listener, all.length > 1),
  }));
  const where = { address: place.address, port: ingressPort, redirected: true, exclusive: false } as const;
  return [{ direction: 'ingress', ...where, inspectsTls: 'never', chains }];
}

/** Without redirection each listener of the node is a listener of Envoy's, on the port that the proxy chose for it. */
function placedListeners(
  state: MeshState,
  node: Resource<'virtualNode'>,
  served: readonly NodeListener[],
  several: boolean,
  place: Place,
  say: Say,
): readonly Listener[] {
  const taken = new Set([place.egressPort]);
  return served.flatMap((listener) => {
    const { port } = listener.portMapping;
    const bound = place.inbound.get(port);
    const why =
      bound === undefined ? 'no port for it in node.metadata.heddle.inbound' : unusable(place, taken, port, bound);
    if (bound === undefined || why !== undefined) {
      say(node, memberOf(node, port), `${why}: the listener is left out`);
      return [];
    }
    taken.add(bound);
    const chains = [{ match: {}, serves: serviceFor(state, node, listener, several) }];
    const where = { address: place.address, port: bound, redirected: false, exclusive: true } as const;
    return [{ direction: 'ingress', ...where, inspectsTls: 'never', chains } as const];
  });
}

function unusable(place: Place, taken: ReadonlySet<number>, port: number, bound: number): string | undefined {
  if (taken.has(bound)) return `port ${bound} is taken`;
  // Every request would come back to the listener that sent it.
  const itself = bound === port && reachable(place.address) === loopbackAddress;
  return itself ? `port ${bound} of this address is the application's` : undefined;
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

function serviceFor(
  state: MeshState,
  node: Resource<'virtualNode'>,
  listener: NodeListener,
  several: boolean,
): Chain['serves'] {
  const { port, protocol } = listener.portMapping;
  const statPrefix = ingressStatPrefix(protocol, port, several);
  const cluster: ApplicationCluster = {
    kind: 'application',
    meshName: state.meshName,
    node: node.name,
    protocol,
    port,
    address: loopbackAddress,
    connectTimeout,
    limits,
  };
  if (protocol === 'tcp') {
    return { kind: 'tcp', statPrefix, targets: [{ cluster, weight: 1 }], idleTimeout };
  }
  // Retries are the client's: its proxy may choose another host, this one has a single application to send to.
  const routes = [{ prefix: '/', action: { kind: 'forward', to: cluster, requestTimeout, idleTimeout } }] as const;
  const table: RouteTable = {
    direction: 'ingress',
    protocol,
    port,
    hosts: [{ name: 'ingress', domains: ['*'], routes }],
  };
  return { kind: 'http', statPrefix, table, stripsOwnPort: false };
}

/** Guide, Envoy metrics: the listeners of a node are told apart in statistics once there are several. */
export const ingressStatPrefix = (protocol: string, port: number, several: boolean): string =>
  several ? `ingress.${protocol}.${port}` : 'ingress';
