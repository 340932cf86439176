// Certificates and trust that stand in files beside the proxy, as Envoy's Secret.
import { createHash } from 'node:crypto';
import { DataSource } from '../gen/envoy/config/core/v3/base.ts';
import { Secret } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import type { Certificate, Secret as SecretNode, Trust } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';

/** What the user's own SDS server has keeps the user's name. */
export function secretName(source: Certificate | Trust): string {
  switch (source.kind) {
    case 'files':
      // With the key: two certificates may name one chain, and a wrong key of one must not become the other's.
      return `certificate:${source.chain}:${source.key}`;
    case 'file':
      return `trust:${createHash('sha256').update(source.path).digest('hex').slice(0, 16)}`;
    case 'socket':
      return source.name;
    default:
      return unreachable(source);
  }
}

const inFile = (filename: string): DataSource =>
  DataSource.fromPartial({ specifier: { $case: 'filename', value: filename } });

export function secret(node: SecretNode): Secret {
  const name = secretName(node);
  if (node.kind === 'file') {
    return Secret.fromPartial({
      name,
      type: { $case: 'validationContext', value: { trustedCa: inFile(node.path) } },
    });
  }
  const pair = { certificateChain: inFile(node.chain), privateKey: inFile(node.key) };
  return Secret.fromPartial({ name, type: { $case: 'tlsCertificate', value: pair } });
}
