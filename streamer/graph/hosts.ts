// The virtual hosts of a route table. Envoy refuses a table in which a name or a domain stands twice, so that the
// first to claim one keeps it.
import type { VirtualHost } from './graph.ts';

/** The virtual host of a service that clients reach on `port`. */
export function hostOf(name: string, port: number, routes: VirtualHost['routes']): VirtualHost {
  return { name, domains: [name, `${name}:${port}`], routes };
}

/** Hears of a domain that another host has already. */
export type LostDomain = (host: VirtualHost, domain: string) => void;

/** The hosts ordered by name, each domain with the first host that has it. */
export function distinctHosts(hosts: readonly VirtualHost[], lost: LostDomain): readonly VirtualHost[] {
  const names = new Set<string>();
  const domains = new Set<string>();
  return [...hosts].sort(byName).flatMap((host) => {
    const free = host.domains.filter((domain) => {
      // Envoy compares domains without regard to case.
      const claimed = names.has(host.name) || domains.has(domain.toLowerCase());
      if (claimed) lost(host, domain);
      else domains.add(domain.toLowerCase());
      return !claimed;
    });
    names.add(host.name);
    if (free.length === host.domains.length) return [host];
    return free.length === 0 ? [] : [{ ...host, domains: free }];
  });
}

const byName = (left: VirtualHost, right: VirtualHost): number =>
  left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
