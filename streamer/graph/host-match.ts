// Which hosts a gateway route matches. A port in the request's Host changes nothing, unless the route names one itself.
import type { GatewayRouteHostnameMatch } from '#events/model/shapes.ts';
import type { HeaderMatch } from './graph.ts';
import type { Fault } from './match.ts';

export interface HostMatch {
  /** A host's name, or how it ends; in small letters and without a port. Any host when both are absent. */
  readonly exact?: string;
  readonly suffix?: string;
  /** The whole Host, when a port is asked for. */
  readonly header?: HeaderMatch;
  /** How much the host says, to be tried before what says less. */
  readonly rank: number;
}

const port = /:\d+$/;

export function hostMatch({ exact, suffix }: GatewayRouteHostnameMatch): HostMatch | Fault {
  const value = exact ?? suffix;
  if (value === undefined) return { rank: 0 };
  if (exact !== undefined && suffix !== undefined) return fault('a host is matched in one way only');
  // Envoy reads a star in a domain as a wildcard, and refuses control characters.
  if (/[\p{Cc}\s*]/u.test(value)) return fault(`${value} is neither a host name nor the end of one`);
  const kind = exact === undefined ? 'suffix' : 'exact';
  const name = value.toLowerCase().replace(port, '');
  if (name === '') return fault('a port alone is no host');
  const withPort = name.length < value.length;
  // Every exact name (253 characters at most) comes before every suffix, and of suffixes the longest.
  const rank = (kind === 'exact' ? 1000 : 0) + 2 * name.length + (withPort ? 1 : 0);
  const header: HeaderMatch = { name: ':authority', value: { kind, value }, ignoresCase: true };
  return { [kind]: name, rank, ...(withPort && { header }) };
}

const fault = (reason: string): Fault => ({ member: 'hostname', reason });
