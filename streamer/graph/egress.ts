// What the application beside a virtual node's proxy may reach through it.
import { type MeshState, meshOf, type Resource } from '#events/state.ts';
import { type BackendPort, backendPorts } from './backend.ts';
import { awsServerNames, egressFilter, httpsPort, idleTimeout, inspectionTimeout, limits } from './defaults.ts';
import { directTable } from './direct.ts';
import type { AccessLog, Chain, ChainMatch, Listener, PassthroughCluster, RouteTable, VirtualHost } from './graph.ts';
import { distinctHosts, type LostDomain } from './hosts.ts';
import { anything } from './match.ts';
import type { Place } from './placement.ts';
import type { Policies } from './policy.ts';
import type { newReport, Say } from './report.ts';
import type { Surroundings } from './surroundings.ts';
import { sharedPort, type TcpPort } from './tcp-backend.ts';

const statPrefix = 'egress';

/** What an egress listener is made for, and with. */
export interface Egress {
  readonly state: MeshState;
  readonly node: Resource<'virtualNode'>;
  readonly place: Place;
  readonly surroundings: Surroundings;
  readonly policies: Policies;
  readonly accessLog: AccessLog | undefined;
  readonly report: ReturnType<typeof newReport>;
}

export function egressListener(egress: Egress): Listener {
  const { state, node, place, policies, accessLog, report } = egress;
  const ports = backendPorts(state, node, policies, report);
  const lost: LostDomain = (host, domain) =>
    report.say(node, 'spec.backends', `another backend has the domain ${domain}: ${host.name} is not served under it`);
  const tables = ports.flatMap((port) => (port.protocol === 'tcp' ? [] : [tableOf(port, lost)]));
  const { address, alsoIpv4, egressPort } = place;
  const own = { direction: 'egress', address, alsoIpv4, port: egressPort } as const;
  const open = filterOf(state) === 'ALLOW_ALL' && !place.explicit;
  const direct = directChain(directTable(tables, egressPort, lost, !open && !place.explicit), egressPort, accessLog);
  if (place.explicit) {
    reportUnreachable(state, node, ports, report.say);
    return { ...own, redirected: false, exclusive: true, inspectsTls: 'never', chains: [direct] };
  }
  const shared = ports.flatMap((port) => (port.protocol === 'tcp' ? [tcpChains(port, egress)] : []));
  // What is passed on from the egress port itself comes back to it.
  const opens = (table: RouteTable) => open && table.port !== egressPort;
  const http = tables.flatMap((table) => (opens(table) ? openChains(table, egress) : [httpChain(table, accessLog)]));
  const mesh = [...http, ...shared.flatMap(({ chains }) => chains)].sort(byPort);
  // A connection to the egress port itself that a chain without a port took would be passed on to that same port, and
  // again, until Envoy has no descriptors left and dies: a chain for the port keeps it from there.
  const keepsOwnPort = tables.length > 0 || open;
  const chains = [...mesh, ...passthroughChains(egress, mesh), ...(keepsOwnPort ? [direct] : [])];
  const named = shared.flatMap(({ byName }) => byName);
  // A server that speaks first would wait for the client's first bytes: they are looked at only where TLS is told from
  // plain text, or one server's name from another's.
  const told = http.flatMap(({ match }) => (match.tls ? (match.destinationPort ?? []) : []));
  return {
    ...own,
    redirected: true,
    exclusive: false,
    inspectsTls: { onPorts: [...new Set([httpsPort, ...named, ...told])] },
    ...(named.length > 0 && { inspectionTimeout }),
    chains: alsoIpv4 ? chains : chains.map(ofAnyIpv4),
  };
}

const byPort = (left: Chain, right: Chain): number =>
  (left.match.destinationPort ?? 0) - (right.match.destinationPort ?? 0);

/** App Mesh's form of a match where IPv4 is all there is. */
function ofAnyIpv4(chain: Chain): Chain {
  const { destinations, fromSameHost } = chain.match;
  return destinations === undefined && !fromSameHost ? { ...chain, match: { ...chain.match, anyIpv4: true } } : chain;
}

type HttpPort = Exclude<BackendPort, { readonly protocol: 'tcp' }>;

function tableOf({ port, protocol, hosts }: HttpPort, lost: LostDomain): RouteTable {
  return { direction: 'egress', protocol, port, hosts: distinctHosts(hosts, lost) };
}

const httpChain = (table: RouteTable, accessLog: AccessLog | undefined): Chain => ({
  match: { destinationPort: table.port },
  serves: { kind: 'http', statPrefix, table, stripsOwnPort: false, ...(accessLog && { accessLog }) },
});

/** With ALLOW_ALL: TLS on a backend's port is no backend's, whose traffic Envoy could not read, but of whoever it goes to. */
function openChains(table: RouteTable, egress: Egress): readonly Chain[] {
  const others = passthrough(egress, { destinationPort: table.port, tls: true }, 'mesh-allow-all');
  return [others, httpChain(withFallback(table, passthroughCluster(egress.state, 'mesh-allow-all')), egress.accessLog)];
}

/**
 * Guide, egress filter: with ALLOW_ALL a host that is no backend is reached as it would be without a mesh, on the ports
 * of backends too. Nothing is known of it, so that nothing is cut short or tried again.
 */
function withFallback(table: RouteTable, cluster: PassthroughCluster): RouteTable {
  if (table.hosts.some((host) => host.domains.includes('*'))) return table;
  const action = { kind: 'forward', to: cluster, requestTimeout: 0, idleTimeout } as const;
  const fallback: VirtualHost = { name: '*', domains: ['*'], routes: [{ match: anything, action }] };
  return { ...table, hosts: [...table.hosts, fallback] };
}

/** `byName`: the port, where the first bytes of a connection must be looked at. */
function tcpChains(
  port: TcpPort,
  egress: Egress,
): { readonly chains: readonly Chain[]; readonly byName: readonly number[] } {
  const { state, node, surroundings, accessLog, report } = egress;
  const open = filterOf(state) === 'ALLOW_ALL';
  // Whatever has a backend on the port of HTTPS, all others' is still there.
  const https = open && port.port === httpsPort;
  const { matches, onlyByName, byName, closed } = sharedPort(port, surroundings, https ? awsServerNames : undefined);
  for (const { service, member } of onlyByName) {
    const why = `another tcp backend has port ${port.port}, and no address of ${service} is known`;
    report.say(node, member, `${why}: only TLS connections that name it are sent to it`);
  }
  const chains = matches.map(({ claim: { targets, idleTimeout: idle }, match }): Chain => {
    return { match, serves: { kind: 'tcp', statPrefix, targets, idleTimeout: idle, ...(accessLog && { accessLog }) } };
  });
  const destinationPort = port.port;
  const others = [
    ...(https ? [passthrough(egress, { destinationPort, tls: true }, 'mesh-allow-all')] : []),
    ...(open && closed ? [passthrough(egress, { destinationPort }, 'mesh-allow-all')] : []),
  ];
  return { chains: [...chains, ...others], byName: byName ? [port.port] : [] };
}

/**
 * A client on this host may speak to the egress port itself, naming a backend by its Host header or as an HTTP proxy.
 * From anywhere else it could act in this node's name, so that only this host may.
 */
export function directChain(table: RouteTable, egressPort: number, accessLog: AccessLog | undefined): Chain {
  return {
    match: { destinationPort: egressPort, fromSameHost: true },
    serves: { kind: 'http', statPrefix, table, stripsOwnPort: true, ...(accessLog && { accessLog }) },
  };
}

/** What may leave the mesh. A port that a backend has is that backend's. */
function passthroughChains(egress: Egress, mesh: readonly Chain[]): readonly Chain[] {
  const aws = passthrough(egress, { destinationPort: httpsPort, serverNames: awsServerNames }, 'amazonaws');
  if (filterOf(egress.state) === 'DROP_ALL') return [aws];
  // Envoy does not go back from a port that it matched: the chain for AWS would hide the one without a port from all
  // other connections to 443.
  const taken = mesh.some(({ match }) => match.destinationPort === httpsPort);
  const https = taken ? [] : [passthrough(egress, { destinationPort: httpsPort }, 'mesh-allow-all')];
  return [aws, ...https, passthrough(egress, {}, 'mesh-allow-all')];
}

function passthrough({ state, accessLog }: Egress, match: ChainMatch, to: PassthroughCluster['to']): Chain {
  const targets = [{ cluster: passthroughCluster(state, to), weight: 1 }];
  return { match, serves: { kind: 'tcp', statPrefix, targets, ...(accessLog && { accessLog }) } };
}

const passthroughCluster = ({ meshName }: MeshState, to: PassthroughCluster['to']): PassthroughCluster => ({
  kind: 'passthrough',
  meshName,
  to,
  limits,
});

const filterOf = (state: MeshState) => meshOf(state)?.spec.egressFilter?.type ?? egressFilter;

/** Without redirection nobody says where a connection was going. */
function reportUnreachable(
  state: MeshState,
  node: Resource<'virtualNode'>,
  ports: readonly BackendPort[],
  say: Say,
): void {
  for (const { member } of ports.flatMap((port) => (port.protocol === 'tcp' ? port.claims : []))) {
    say(node, member, 'a tcp backend needs redirection: the backend is left out');
  }
  const mesh = meshOf(state);
  if (mesh !== undefined && filterOf(state) === 'ALLOW_ALL') {
    say(mesh, 'spec.egressFilter', 'without redirection only the backends are reached');
  }
}
