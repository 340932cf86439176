// Which of several tcp backends on one port a connection means. App Mesh knew only the port; where an address or a
// server name tells them apart, they can share it.
import { isIP } from 'node:net';
import type { BackendPort, TcpClaim } from './backend.ts';
import type { ChainMatch } from './graph.ts';
import type { Surroundings } from './surroundings.ts';

export type TcpPort = Extract<BackendPort, { protocol: 'tcp' }>;

/** Which connections to a port are a claim's. `byName`: their first bytes must be looked at. */
export interface SharedPort {
  readonly matches: readonly { readonly claim: TcpClaim; readonly match: ChainMatch }[];
  /** No claim has the connections that none of the matches takes. */
  readonly closed: boolean;
  readonly byName: boolean;
  /** Claims that get no connection but those that name their server. */
  readonly onlyByName: readonly TcpClaim[];
}

/**
 * Alone on its port a backend has every connection to it. Of several each has those to its known addresses; the first
 * of which none is known has all others, and whoever else is not known only those that name it in a TLS hello. With
 * `reserved` names TLS on the port is others' too: a backend has those that name it or go to its known addresses.
 */
export function sharedPort(
  { port, claims }: TcpPort,
  surroundings: Surroundings,
  reserved?: readonly string[],
): SharedPort {
  const [only, ...others] = claims;
  if (only === undefined) return { matches: [], closed: true, byName: false, onlyByName: [] };
  const alone = others.length === 0;
  if (alone && reserved === undefined) {
    return {
      matches: [{ claim: only, match: { destinationPort: port } }],
      closed: false,
      byName: false,
      onlyByName: [],
    };
  }
  const taken = new Set<string>(reserved);
  const free = (items: readonly string[]): readonly string[] => {
    const left = [...new Set(items)].filter((item) => !taken.has(item));
    for (const item of left) taken.add(item);
    return left;
  };
  const known = claims.map((claim) => ({ claim, destinations: free(addressesOfClaim(claim, surroundings)) }));
  const unknown = known.filter(({ destinations }) => destinations.length === 0).map(({ claim }) => claim);
  const rest = alone ? only : unknown[0];
  const onlyByName = unknown.filter((claim) => claim !== rest);
  const byName = (reserved === undefined ? onlyByName : claims).map((claim) => ({
    claim,
    serverNames: free(serverNamesOf(claim)),
  }));
  return {
    matches: [
      ...known.flatMap(({ claim, destinations }) =>
        destinations.length === 0 ? [] : [{ claim, match: { destinationPort: port, destinations } }],
      ),
      ...byName.flatMap(({ claim, serverNames }) =>
        serverNames.length === 0 ? [] : [{ claim, match: { destinationPort: port, serverNames } }],
      ),
      ...(rest === undefined ? [] : [{ claim: rest, match: { destinationPort: port } }]),
    ],
    closed: rest === undefined,
    byName: reserved !== undefined || byName.some(({ serverNames }) => serverNames.length > 0),
    onlyByName,
  };
}

/** The service's own name first: it is what the application asks for. */
function namesOf({ service, targets }: TcpClaim): readonly string[] {
  const hostnames = targets.flatMap(({ cluster }) =>
    cluster.kind === 'node' && cluster.discovery.kind === 'dns' ? [cluster.discovery.hostname] : [],
  );
  return [...new Set([service, ...hostnames])];
}

function addressesOfClaim(claim: TcpClaim, { addresses, instances }: Surroundings): readonly string[] {
  const named = namesOf(claim).flatMap((name) => (isIP(name) === 0 ? (addresses?.(name) ?? []) : [name]));
  const registered = claim.targets.flatMap(({ cluster }) =>
    cluster.kind === 'node' && cluster.discovery.kind === 'instances'
      ? (instances?.(cluster.discovery.service)?.instances ?? []).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])
      : [],
  );
  return [...new Set([...named, ...registered].flatMap((address) => canonical(address) ?? []))].sort();
}

/** One text for each address: two chains for the same would be refused. */
function canonical(address: string | undefined): string | undefined {
  if (address === undefined || address.includes('%')) return undefined;
  if (isIP(address) === 6) return new URL(`http://[${address}]`).hostname.slice(1, -1);
  return isIP(address) === 4 ? address : undefined;
}

/** Envoy takes whole names and those that begin with `*.`, in small letters. */
const serverNamesOf = (claim: TcpClaim): readonly string[] =>
  namesOf(claim)
    .map((name) => name.toLowerCase().replace(/\.$/, ''))
    .filter((name) => isIP(name) === 0 && /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name));
