// Where certificates come from, and what a listener proves with them and asks of its clients.
import type {
  ClientTlsCertificate,
  ListenerTls,
  ListenerTlsCertificate,
  PortProtocol,
  TlsValidationContextTrust,
} from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import type { Certificate, ServerTls, Trust } from './graph.ts';
import { unreachable } from './unreachable.ts';

/** A certificate that the proxy holds itself; undefined for one that only the control plane could give it. */
export function certificateOf(certificate: ListenerTlsCertificate | ClientTlsCertificate): Certificate | undefined {
  const found = memberOf<ListenerTlsCertificate>(certificate);
  switch (found.kind) {
    case 'file':
      return { kind: 'files', chain: found.value.certificateChain, key: found.value.privateKey };
    case 'sds':
      return { kind: 'socket', name: found.value.secretName };
    case 'acm':
      return undefined;
    default:
      return unreachable(found);
  }
}

export function trustOf(trust: TlsValidationContextTrust): Trust | undefined {
  const found = memberOf(trust);
  switch (found.kind) {
    case 'file':
      return { kind: 'file', path: found.value.certificateChain };
    case 'sds':
      return { kind: 'socket', name: found.value.secretName };
    case 'acm':
      return undefined;
    default:
      return unreachable(found);
  }
}

/** What clients over TLS are offered, so that those that can speak both versions of HTTP take the listener's own. */
const applicationProtocols: Readonly<Record<PortProtocol, readonly string[]>> = {
  http: ['http/1.1'],
  http2: ['h2'],
  grpc: ['h2'],
  tcp: [],
};

export const notYet = 'certificates of ACM and ACM PCA are not yet translated';

/**
 * The TLS of a listener whose mode is not DISABLED; undefined when its certificate is none that the proxy has. Guide,
 * mutual TLS: with a validation every client must have a certificate, of any name unless names are given.
 */
export function serverTlsOf({ certificate, validation }: ListenerTls, protocol: PortProtocol): ServerTls | undefined {
  const own = certificateOf(certificate);
  if (own === undefined) return undefined;
  const protocols = applicationProtocols[protocol];
  if (validation === undefined) return { certificate: own, protocols };
  const trust = trustOf(validation.trust);
  if (trust === undefined) return undefined;
  const names = validation.subjectAlternativeNames?.match.exact ?? [];
  return { certificate: own, protocols, clients: { trust, names } };
}
