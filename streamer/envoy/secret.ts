// Certificates and trust that stand in files beside the proxy or are sent to it, as Envoy's Secret.
import { createHash } from 'node:crypto';
import { DataSource } from '../gen/envoy/config/core/v3/base.ts';
import { Secret } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import type { Certificate, Secret as SecretNode, Trust } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';

/** What the user's own SDS server has keeps the user's name. */
export function secretName(source: Certificate | Trust): string {
  switch (source.kind) {
    case 'files':
      return `certificate:${source.chain}`;
    case 'file':
      return `trust:${hashed(source.path)}`;
    case 'issued':
      return `certificate:${source.arn}`;
    case 'authorities':
      return `trust:${hashed(source.arns.join(' '))}`;
    case 'issuer':
      return `issuer:${source.arn}`;
    case 'socket':
      return source.name;
    default:
      return unreachable(source);
  }
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const inFile = (filename: string): DataSource =>
  DataSource.fromPartial({ specifier: { $case: 'filename', value: filename } });

const inline = (text: string): DataSource =>
  DataSource.fromPartial({ specifier: { $case: 'inlineString', value: text } });

export function secret(node: SecretNode): Secret {
  switch (node.kind) {
    case 'files':
      return pairOf(secretName(node), inFile(node.chain), inFile(node.key));
    case 'pair':
      return pairOf(secretName(node.of), inline(node.pair.chain), inline(node.pair.key));
    case 'file':
      return trustOf(secretName(node), inFile(node.path));
    case 'bundle':
      return trustOf(secretName(node.of), inline(node.authorities));
    default:
      return unreachable(node);
  }
}

const pairOf = (name: string, certificateChain: DataSource, privateKey: DataSource): Secret =>
  Secret.fromPartial({ name, type: { $case: 'tlsCertificate', value: { certificateChain, privateKey } } });

const trustOf = (name: string, trustedCa: DataSource): Secret =>
  Secret.fromPartial({ name, type: { $case: 'validationContext', value: { trustedCa } } });

/** The name of what is sent as a secret of its own. */
export const nameOfSecret = (node: SecretNode): string => secretName('of' in node ? node.of : node);
