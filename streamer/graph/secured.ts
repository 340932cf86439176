// The chains of a listener by its TLS mode.
import type { ListenerTls, PortProtocol } from '#events/model/shapes.ts';
import type { Chain } from './graph.ts';
import type { CertificateLookup } from './issued.ts';
import { serverTlsOf } from './tls.ts';

interface Secured {
  readonly portMapping: { readonly protocol: PortProtocol };
  readonly tls?: ListenerTls;
}

/**
 * Guide, TLS: DISABLED takes plain text, STRICT nothing but TLS, PERMISSIVE both. What a listener cannot prove it does
 * not take: a STRICT one is then left out, and never served in plain text.
 */
export function securedChains(
  { portMapping, tls }: Secured,
  plain: Chain,
  certificates: CertificateLookup | undefined,
  leftOut: (reason: string) => void,
): readonly Chain[] {
  if (tls === undefined || tls.mode === 'DISABLED') return [plain];
  const own = serverTlsOf(tls, portMapping.protocol, { certificates, said: leftOut });
  if (typeof own === 'string') {
    leftOut(tls.mode === 'STRICT' ? `${own}: the listener is left out` : `${own}: the listener takes plain text alone`);
    return tls.mode === 'STRICT' ? [] : [plain];
  }
  if (tls.mode === 'STRICT') return [{ ...plain, tls: own }];
  return [{ ...plain, match: { ...plain.match, tls: true }, tls: own }, plain];
}

/** Only where some chain asks for TLS and another does not: a server that speaks first would have to wait. */
export const inspected = (chains: readonly Chain[], port: number) =>
  chains.some((chain) => chain.match.tls) ? { onPorts: [port] } : ('never' as const);
