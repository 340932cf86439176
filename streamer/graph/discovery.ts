// How a node is found, by what name it is known, and which of its addresses are used.
import type { AwsCloudMapServiceDiscovery, IpPreference, ServiceDiscovery } from '#events/model/shapes.ts';
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

/** `owner` is the account of the node: whatever its spec says, no other account's registry is looked into. */
export function discoveryOf(
  discovery: ServiceDiscovery,
  owner: string,
  preference: IpPreference | undefined,
): Discovery {
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
      return { kind: 'instances', service: queryOf(found.value, owner), family: familyOf(preference) };
    default:
      return unreachable(found);
  }
}

function queryOf({ namespaceName, serviceName, attributes = [] }: AwsCloudMapServiceDiscovery, account: string) {
  const wanted = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
  return { account, namespaceName, serviceName, attributes: wanted };
}

/** Guide, TLS: a node's certificate is expected to be for its DNS host name, or for Cloud Map's SERVICE.NAMESPACE. */
export function discoveredName({ dns, awsCloudMap }: ServiceDiscovery): string {
  if (dns !== undefined) return dns.hostname.replace(/\.$/, '');
  return `${awsCloudMap?.serviceName}.${awsCloudMap?.namespaceName}`;
}
