// The route table for clients that connect to the egress port itself: the HTTP backends of every port, by name.
import type { RouteTable, VirtualHost } from './graph.ts';
import { distinctHosts, type LostDomain } from './hosts.ts';

/**
 * With one port of backends its own table serves, so that a change of a route is a change of one resource. With
 * several, a name without a port means the service's lowest. It is not `shared` where a port's table holds more than
 * backends, which would lead whoever asks this port for another host back to this port, nor where this chain is the
 * only one: with another table Envoy makes it anew, and connections that last would go on with the old one.
 */
export function directTable(
  tables: readonly RouteTable[],
  egressPort: number,
  lost: LostDomain,
  shared = true,
): RouteTable {
  const [only, ...others] = tables;
  if (shared && only !== undefined && others.length === 0) return only;
  const named = new Set<string>();
  const hosts = [...tables]
    .sort((left, right) => left.port - right.port)
    .flatMap(({ hosts: ofPort, port }) =>
      ofPort.map((host): VirtualHost => {
        if (!named.has(host.name)) {
          named.add(host.name);
          return host;
        }
        const name = `${host.name}:${port}`;
        return { ...host, name, domains: [name] };
      }),
    );
  return { direction: 'egress', protocol: 'direct', port: egressPort, hosts: distinctHosts(hosts, lost) };
}
