// Where a proxy's listeners stand. Without a word from the proxy they stand where App Mesh put them; with
// `node.metadata.heddle` several Envoys share a host without redirection.
import { isIP } from 'node:net';
import type { IpPreference } from '#events/model/shapes.ts';
import { anyAddress, anyAddressIpv6, egressPort, loopbackAddress, loopbackAddressIpv6 } from './defaults.ts';

/** `inbound` leads from a listener's port in the mesh to the port that the proxy binds for it. */
export interface Placement {
  readonly bind?: string;
  readonly egressPort?: number;
  readonly inbound?: ReadonlyMap<number, number>;
  /** The availability zone that the proxy runs in. */
  readonly zone?: string;
}

/** A placement with nothing open; `explicit` is false for App Mesh's own configuration. */
export interface Place {
  readonly explicit: boolean;
  readonly address: string;
  /** An IPv6 address takes IPv4 connections too. */
  readonly alsoIpv4: boolean;
  readonly egressPort: number;
  readonly inbound: ReadonlyMap<number, number>;
}

export function placeOf(placement: Placement, preference?: IpPreference): Place {
  const explicit =
    placement.bind !== undefined || placement.egressPort !== undefined || (placement.inbound?.size ?? 0) > 0;
  return {
    explicit,
    alsoIpv4: !explicit && preference !== undefined,
    // Nothing that was placed by hand listens beyond this host unless it was told to.
    address: placement.bind ?? (explicit ? loopbackAddress : preference === undefined ? anyAddress : anyAddressIpv6),
    egressPort: placement.egressPort ?? egressPort,
    inbound: placement.inbound ?? new Map(),
  };
}

/** The address under which a proxy reaches a listener of its own. */
export function reachable({ address, alsoIpv4 }: Pick<Place, 'address' | 'alsoIpv4'>): string {
  if (address === anyAddress || alsoIpv4) return loopbackAddress;
  return address === anyAddressIpv6 ? loopbackAddressIpv6 : address;
}

/**
 * Reads `{bind, egressPort, inbound: {LISTENERPORT: PORT}}` as a proxy sent it (ports as numbers or digits). A
 * fault says what is wrong with it, since Envoy itself would refuse the listeners later and less clearly.
 */
export function readPlacement(metadata: unknown): Placement | { readonly fault: string } {
  if (metadata === undefined || metadata === null) return {};
  if (typeof metadata !== 'object') return { fault: 'node.metadata.heddle is not an object' };
  const { bind, egressPort: egress, inbound } = metadata as Readonly<Record<string, unknown>>;
  const ports = new Map<number, number>();
  for (const [from, to] of Object.entries(inbound ?? {})) {
    const [listener, bound] = [portOf(from), portOf(to)];
    if (listener === undefined || bound === undefined)
      return { fault: 'node.metadata.heddle.inbound: no pair of ports' };
    ports.set(listener, bound);
  }
  if (bind !== undefined && (typeof bind !== 'string' || isIP(bind) === 0)) {
    return { fault: 'node.metadata.heddle.bind is not an IP address' };
  }
  const port = egress === undefined ? undefined : portOf(egress);
  if (egress !== undefined && port === undefined) return { fault: 'node.metadata.heddle.egressPort is not a port' };
  return {
    ...(bind === undefined ? {} : { bind }),
    ...(port === undefined ? {} : { egressPort: port }),
    ...(ports.size === 0 ? {} : { inbound: ports }),
  };
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
