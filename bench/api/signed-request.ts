// Requests as they go over the wire, signed beforehand so that signing is no part of what is measured.
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Target } from './wire-load.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Plain {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A function that writes and signs requests to a server. */
export function signerFor({ host, port }: Target, credentials: Keys): (plain: Plain) => Promise<Buffer> {
  const signer = new SignatureV4({ service: 'appmesh', region: 'us-east-1', credentials, sha256: Sha256 });
  return async ({ method, path, query = {}, body }) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const address = { protocol: 'http:', hostname: host, port };
    const headers = {
      host: `${host}:${port}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    };
    const request = new HttpRequest({ ...address, method, path, query: { ...query }, headers, body: text });
    const signed = await signer.sign(request);
    const queryText = new URLSearchParams(query).toString();
    const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.from(`${method} ${path}${queryText && `?${queryText}`} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
  };
}
