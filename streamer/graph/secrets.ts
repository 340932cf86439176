// What is sent beside listeners and clusters: certificates and trust that stand in files, or are looked up. As resources
// of their own they can change while whoever uses them stays as it is, and Envoy reads files anew when one is renamed into
// its place (Envoy docs, TlsCertificate.watched_directory); what stands in a listener itself it reads once.
import type { Certificate, Chain, Cluster, Secret, Trust } from './graph.ts';
import type { CertificateLookup } from './issued.ts';
import { unreachable } from './unreachable.ts';

/** Each that is named, once. */
export function secretsOf(
  chains: readonly Chain[],
  clusters: readonly Cluster[],
  certificates?: CertificateLookup,
): readonly Secret[] {
  const used = [
    ...chains.flatMap(({ tls }) => (tls === undefined ? [] : [tls.certificate, tls.clients?.trust])),
    ...clusters.flatMap((cluster) => {
      return cluster.kind === 'node' ? [cluster.tls?.certificate, cluster.tls?.validation?.trust] : [];
    }),
  ];
  const secrets = new Map<string, Secret>();
  for (const source of used) {
    if (source === undefined || source.kind === 'socket') continue;
    const key = JSON.stringify(source);
    const secret = secrets.get(key) ?? secretOf(source, certificates);
    if (secret !== undefined) secrets.set(key, secret);
  }
  return [...secrets.values()];
}

type Sent = Exclude<Certificate | Trust, { kind: 'socket' }>;

/** None of what nobody found: then nothing that uses it was made either. */
function secretOf(source: Sent, certificates: CertificateLookup | undefined): Secret | undefined {
  switch (source.kind) {
    case 'files':
    case 'file':
      return source;
    case 'issued': {
      const pair = certificates?.pair(source.arn)?.value;
      return pair && { kind: 'pair', of: source, pair };
    }
    case 'authorities':
    case 'issuer': {
      const authorities = certificates?.trust(source)?.value;
      return authorities === undefined ? undefined : { kind: 'bundle', of: source, authorities };
    }
    default:
      return unreachable(source);
  }
}
