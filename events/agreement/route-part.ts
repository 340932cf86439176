// The parts of routes that agreement is about: the protocol, and the port that is matched.
import { routeProtocols } from '../rules/route-protocol.ts';
import type { Specs } from '../spec.ts';

export interface Part {
  readonly member: keyof typeof routeProtocols;
  readonly match: { readonly port?: number } | undefined;
}

/** The parts of a route or gateway route, one a protocol (a document that keeps the rules has one). */
export function partsOf(spec: Specs['route'] | Specs['gatewayRoute']): readonly Part[] {
  const parts = spec as { readonly [M in Part['member']]?: { readonly match?: Part['match'] } };
  return (Object.keys(routeProtocols) as Part['member'][]).flatMap((member) => {
    const part = parts[member];
    return part === undefined ? [] : [{ member, match: part.match }];
  });
}
