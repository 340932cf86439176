// What the application beside a virtual node's proxy may reach through it.
import { type MeshState, meshOf, type Resource } from '#events/state.ts';
import { type BackendPort, backendPorts } from './backend.ts';
import { awsServerNames, egressFilter, httpsPort, idleTimeout, limits } from './defaults.ts';
import { directTable } from './direct.ts';
import type { Chain, Listener, PassthroughCluster, RouteTable } from './graph.ts';
import { distinctHosts, type LostDomain } from './hosts.ts';
import type { Place } from './placement.ts';
import type { newReport, Say } from './report.ts';

const statPrefix = 'egress';

export function egressListener(
  state: MeshState,
  node: Resource<'virtualNode'>,
  place: Place,
  report: ReturnType<typeof newReport>,
): Listener {
  const ports = backendPorts(state, node, report);
  const lost: LostDomain = (host, domain) =>
    report.say(node, 'spec.backends', `another backend has the domain ${domain}: ${host.name} is not served under it`);
  const tables = ports.flatMap((port) => (port.protocol === 'tcp' ? [] : [tableOf(port, lost)]));
  const { address, egressPort } = place;
  const own = { direction: 'egress', address, port: egressPort } as const;
  const direct = directChain(directTable(tables, egressPort, lost), egressPort);
  if (place.explicit) {
    reportUnreachable(state, node, ports, report.say);
    return { ...own, redirected: false, exclusive: true, inspectsTls: 'never', chains: [direct] };
  }
  // A connection to the egress port itself that a chain without a port took would be passed on to that same port, and
  // again, until Envoy has no descriptors left and dies: a chain for the port keeps it from there.
  const keepsOwnPort = tables.length > 0 || filterOf(state) === 'ALLOW_ALL';
  const chains = [
    ...ports.map((port) => chainOf(port, tables)),
    ...passthroughChains(state, new Set(ports.map(({ port }) => port))),
    ...(keepsOwnPort ? [direct] : []),
  ];
  // A server that speaks first would wait for the client's first bytes: they are looked at only where a chain asks for
  // a server name.
  return { ...own, redirected: true, exclusive: false, inspectsTls: { onPort: httpsPort }, chains };
}

type HttpPort = Exclude<BackendPort, { readonly protocol: 'tcp' }>;

function tableOf({ port, protocol, hosts }: HttpPort, lost: LostDomain): RouteTable {
  return { direction: 'egress', protocol, port, hosts: distinctHosts(hosts, lost) };
}

function chainOf(port: BackendPort, tables: readonly RouteTable[]): Chain {
  const match = { destinationPort: port.port, anyIpv4: true } as const;
  if (port.protocol === 'tcp')
    return { match, serves: { kind: 'tcp', statPrefix, targets: port.targets, idleTimeout } };
  const table = tables.find((one) => one.port === port.port);
  if (table === undefined) throw new Error(`no route table for port ${port.port}`);
  return { match, serves: { kind: 'http', statPrefix, table, stripsOwnPort: false } };
}

/**
 * A client on this host may speak to the egress port itself, naming a backend by its Host header or as an HTTP proxy.
 * From anywhere else it could act in this node's name, so that only this host may.
 */
export function directChain(table: RouteTable, egressPort: number): Chain {
  return {
    match: { destinationPort: egressPort, fromSameHost: true },
    serves: { kind: 'http', statPrefix, table, stripsOwnPort: true },
  };
}

/** What may leave the mesh. A port that a backend has is that backend's. */
function passthroughChains(state: MeshState, backends: ReadonlySet<number>): readonly Chain[] {
  const chain = (match: Chain['match'], to: PassthroughCluster['to']): Chain => {
    const cluster: PassthroughCluster = { kind: 'passthrough', meshName: state.meshName, to, limits };
    return {
      match: { ...match, anyIpv4: true },
      serves: { kind: 'tcp', statPrefix, targets: [{ cluster, weight: 1 }] },
    };
  };
  const aws = chain({ destinationPort: httpsPort, serverNames: awsServerNames }, 'amazonaws');
  if (filterOf(state) === 'DROP_ALL') return [aws];
  // Envoy does not go back from a port that it matched: the chain for AWS would hide the one without a port from all
  // other connections to 443.
  const https = backends.has(httpsPort) ? [] : [chain({ destinationPort: httpsPort }, 'mesh-allow-all')];
  return [aws, ...https, chain({}, 'mesh-allow-all')];
}

const filterOf = (state: MeshState) => meshOf(state)?.spec.egressFilter?.type ?? egressFilter;

/** Without redirection nobody says where a connection was going. */
function reportUnreachable(
  state: MeshState,
  node: Resource<'virtualNode'>,
  ports: readonly BackendPort[],
  say: Say,
): void {
  for (const port of ports) {
    if (port.protocol === 'tcp') say(node, port.member, 'a tcp backend needs redirection: the backend is left out');
  }
  const mesh = meshOf(state);
  if (mesh !== undefined && filterOf(state) === 'ALLOW_ALL') {
    say(mesh, 'spec.egressFilter', 'without redirection only the backends are reached');
  }
}
