// What is sent beside listeners and clusters: certificates and trust that stand in files. As resources of their own Envoy
// reads them anew when a file is renamed into its place (Envoy docs, TlsCertificate.watched_directory); what stands in
// a listener itself it reads once.
import type { Certificate, Chain, Cluster, Secret, Trust } from './graph.ts';

/** Each once; of several keys to one chain the first, since only one key fits it. */
export function secretsOf(chains: readonly Chain[], clusters: readonly Cluster[]): readonly Secret[] {
  const used = [
    ...chains.flatMap(({ tls }) => (tls === undefined ? [] : [tls.certificate, tls.clients?.trust])),
    ...clusters.flatMap((cluster) => {
      return cluster.kind === 'node' ? [cluster.tls?.certificate, cluster.tls?.validation?.trust] : [];
    }),
  ];
  const secrets = new Map<string, Secret>();
  for (const source of used) {
    if (source === undefined || !isFile(source)) continue;
    const key = source.kind === 'files' ? `certificate ${source.chain}` : `trust ${source.path}`;
    if (!secrets.has(key)) secrets.set(key, source);
  }
  return [...secrets.values()];
}

const isFile = (source: Certificate | Trust): source is Secret => source.kind !== 'socket';
