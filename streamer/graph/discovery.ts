// How a node is found, by what name it is known, and which of its addresses are used.
import { isIP } from 'node:net';
import type { IpPreference, ServiceDiscovery } from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import { type MeshState, meshOf, type Resource } from '#events/state.ts';
import { addressFamily, responseType } from './defaults.ts';
import type { AddressFamily, Discovery } from './graph.ts';
import { unreachable } from './unreachable.ts';

/** Guide, IP version preference: the mesh's holds for all its nodes and gateways, and a node's own before it. */
export function preferenceOf(state: MeshState, node?: Resource<'virtualNode'>): IpPreference | undefined {
  const discovery = node?.spec.serviceDiscovery;
  const own = discovery?.dns?.ipPreference ?? discovery?.awsCloudMap?.ipPreference;
  return own ?? meshOf(state)?.spec.serviceDiscovery?.ipPreference;
}

const families: Readonly<Record<IpPreference, AddressFamily>> = {
  IPv4_PREFERRED: 'IPv4 first',
  IPv6_PREFERRED: 'IPv6 first',
  IPv4_ONLY: 'IPv4 only',
  IPv6_ONLY: 'IPv6 only',
};

export const familyOf = (preference: IpPreference | undefined): AddressFamily =>
  preference === undefined ? addressFamily : families[preference];

/**
 * Whether Envoy can look a name up and say it to a server: DNS has no longer ones (RFC 1035, 2.3.4), and what no header
 * can hold it refuses.
 */
export const isHostName = (name: string): boolean =>
  name !== '' && Buffer.byteLength(name) <= 253 && !/[\p{Cc}\s]/u.test(name);

export function discoveryOf(discovery: ServiceDiscovery, preference: IpPreference | undefined): Discovery {
  const found = memberOf(discovery);
  switch (found.kind) {
    case 'dns': {
      const { hostname } = found.value;
      if (!isHostName(hostname)) return { kind: 'none' };
      const everyAddress = (found.value.responseType ?? responseType) === 'ENDPOINTS';
      const answer = everyAddress ? 'all addresses' : 'one address';
      return { kind: 'dns', hostname, answer, family: familyOf(preference) };
    }
    case 'awsCloudMap':
      return { kind: 'instances', family: familyOf(preference) };
    default:
      return unreachable(found);
  }
}

/** Guide, TLS: a node's certificate is expected to be for its DNS host name, or for Cloud Map's SERVICE.NAMESPACE. */
export function discoveredName({ dns, awsCloudMap }: ServiceDiscovery): string {
  if (dns !== undefined) return dns.hostname.replace(/\.$/, '');
  return `${awsCloudMap?.serviceName}.${awsCloudMap?.namespaceName}`;
}

/** An instance as a registry knows it. */
export interface Instance {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/**
 * Guide, IP version preference: Cloud Map's IPv4 address of an instance is used, and IPv6 where it has no other, unless
 * the preference says otherwise; with *_ONLY an instance without such an address is none.
 */
export function addressesOf(instances: readonly Instance[], family: AddressFamily): readonly string[] {
  const chosen = instances.flatMap(({ ipv4, ipv6 }) => {
    switch (family) {
      case 'IPv4 first':
        return ipv4 ?? ipv6 ?? [];
      case 'IPv6 first':
        return ipv6 ?? ipv4 ?? [];
      case 'IPv4 only':
        return ipv4 ?? [];
      case 'IPv6 only':
        return ipv6 ?? [];
      default:
        return unreachable(family);
    }
  });
  return [...new Set(chosen.filter((address) => isIP(address) !== 0))].sort();
}
