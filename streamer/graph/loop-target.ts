// What a gateway's routes lead to behind its loop. A request that a listener has sent around for it must find it there,
// even when the route has changed since.
import { type Key, refOf } from '#events/names.ts';
import { find, type MeshState } from '#events/state.ts';
import { gatewayParts, servedBy } from './gateway-route.ts';
import type { Route } from './graph.ts';
import { hostNames } from './loop.ts';
import { newReport } from './report.ts';

/** A port of a virtual service, by the name that it has on the loop. */
export interface LoopTarget {
  readonly name: string;
  readonly service: string;
  readonly port: number;
  readonly keepsHost: boolean;
}

export const sameTarget = (one: LoopTarget, other: LoopTarget): boolean =>
  one.name === other.name && one.keepsHost === other.keepsHost;

/** Those of a gateway (a key); none of a node, or of what is not there. */
export function loopTargets(state: MeshState, proxy: Key): readonly LoopTarget[] {
  const ref = refOf(proxy);
  const gateway = ref?.kind === 'virtualGateway' ? find(state, 'virtualGateway', ref.name) : undefined;
  if (gateway === undefined) return [];
  const parts = gatewayParts(state, gateway, newReport());
  const nameOf = hostNames(parts);
  return parts.flatMap((part) => {
    const { service, keepsHost, serves } = part;
    return serves === undefined ? [] : [{ name: nameOf(part), service, port: serves.port, keepsHost }];
  });
}

/** A former target as the mesh has it now, if only on another port; undefined when it is no more. */
export function routesTo(state: MeshState, { service, port }: LoopTarget): readonly Route[] | undefined {
  for (const wanted of [port, undefined]) {
    const serves = servedBy(state, service, wanted, newReport());
    if (typeof serves !== 'string') return serves.routes;
  }
  return undefined;
}
