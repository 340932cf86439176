// The route table for clients that connect to the egress port itself: the HTTP backends of every port, by name.
import type { RouteTable, VirtualHost } from './graph.ts';
import { distinctHosts, type LostDomain } from './hosts.ts';

/**
 * With one port of backends its own table serves, so that a change of a route is a change of one resource. With
 * several, a name without a port means the service's lowest. Where a port's table holds more than backends (not
 * `shared`), it would lead whoever asks this port for another host back to this port.
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
