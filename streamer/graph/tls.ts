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
import { type CertificateLookup, usable } from './issued.ts';
import { unreachable } from './unreachable.ts';

/** Where certificates are looked up that stand in no file, and who hears what is wrong with one that can be used. */
export interface LookedUp {
  readonly certificates: CertificateLookup | undefined;
  readonly said: (reason: string) => void;
}

/** A certificate and its key; a text says why there is none. */
export function certificateOf(
  certificate: ListenerTlsCertificate | ClientTlsCertificate,
  { certificates, said }: LookedUp,
): Certificate | string {
  const found = memberOf<ListenerTlsCertificate>(certificate);
  switch (found.kind) {
    case 'file':
      return { kind: 'files', chain: found.value.certificateChain, key: found.value.privateKey };
    case 'sds':
      return atSocket(found.value.secretName);
    case 'acm': {
      const { certificateArn: arn } = found.value;
      return usable({ kind: 'issued', arn }, certificates?.pair(arn), said);
    }
    default:
      return unreachable(found);
  }
}

/** The authorities that are trusted; a text says why there are none. */
export function trustOf(trust: TlsValidationContextTrust, { certificates, said }: LookedUp): Trust | string {
  const found = memberOf(trust);
  switch (found.kind) {
    case 'file':
      return { kind: 'file', path: found.value.certificateChain };
    case 'sds':
      return atSocket(found.value.secretName);
    case 'acm': {
      const wanted = { kind: 'authorities', arns: found.value.certificateAuthorityArns } as const;
      return usable(wanted, certificates?.trust(wanted), said);
    }
    default:
      return unreachable(found);
  }
}

// Envoy refuses whatever asks for a secret of no name.
const atSocket = (name: string) =>
  name === '' ? 'a secret of an SDS server has a name' : ({ kind: 'socket', name } as const);

export const bothKinds = 'a secret of an SDS server is a certificate or a trust, and not both';
export const isSame = (certificate: Certificate | undefined, trust: Trust): boolean =>
  certificate?.kind === 'socket' && trust.kind === 'socket' && certificate.name === trust.name;

/** What clients over TLS are offered, so that those that can speak both versions of HTTP take the listener's own. */
const applicationProtocols: Readonly<Record<PortProtocol, readonly string[]>> = {
  http: ['http/1.1'],
  http2: ['h2'],
  grpc: ['h2'],
  tcp: [],
};

/**
 * The TLS of a listener whose mode is not DISABLED; a text says why it has none. Guide, mutual TLS: with a validation
 * every client must have a certificate, of any name unless names are given.
 */
export function serverTlsOf(
  { certificate, validation }: ListenerTls,
  protocol: PortProtocol,
  lookedUp: LookedUp,
): ServerTls | string {
  const own = certificateOf(certificate, lookedUp);
  if (typeof own === 'string') return own;
  const protocols = applicationProtocols[protocol];
  if (validation === undefined) return { certificate: own, protocols };
  const trust = trustOf(validation.trust, lookedUp);
  if (typeof trust === 'string') return trust;
  if (isSame(own, trust)) return bothKinds;
  const names = validation.subjectAlternativeNames?.match.exact ?? [];
  return { certificate: own, protocols, clients: { trust, names } };
}
