// Verifies the Signature Version 4 of a gRPC stream, as an Envoy signs it: by the filter aws_request_signing, or
// by the aws_iam credentials of google_grpc that App Mesh's own image used.
import { invalidSignature } from './signature-refusal.ts';
import type { SignedRequest } from './signed-request.ts';
import { type Verification, type VerifyOptions, verifyRequest } from './sigv4.ts';

export interface SignedStream {
  /** The method's path, `/envoy.service.discovery.v3.AggregatedDiscoveryService/…`. */
  readonly path: string;
  /** The stream's `:authority`. */
  readonly host: string;
  /** The stream's metadata by lower-case name (grpc-js: `metadata.getMap()`). */
  readonly metadata: Readonly<Record<string, string | Uint8Array>>;
}

const SIGNING_NAME = 'appmesh';
const HTTPS_PORT = ':443';

const textsOf = (metadata: SignedStream['metadata']): SignedRequest['headers'] =>
  Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]) => (typeof value === 'string' ? [[name, [value]]] : [])),
  );

/** Says who opened the stream, or why its signature is not believed. The signing name must be `appmesh`. */
export const verifyStream = async (
  { path, host, metadata }: SignedStream,
  options: Pick<VerifyOptions, 'byAccessKey' | 'now'>,
): Promise<Verification> => {
  const verify = (signedHost: string): Promise<Verification> => {
    // grpc-js keeps these headers to itself; every gRPC request over HTTP/2 has exactly these values.
    const headers = {
      ...textsOf(metadata),
      host: [signedHost],
      'content-type': ['application/grpc'],
      te: ['trailers'],
    };
    const request: SignedRequest = { method: 'POST', path, rawQuery: '', headers, body: new Uint8Array() };
    return verifyRequest(request, { ...options, unsignedPayload: true });
  };
  let verified = await verify(host);
  // gRPC's C core, which google_grpc is, leaves the default port out of the name that it hands to be signed.
  if ('refused' in verified && host.endsWith(HTTPS_PORT)) verified = await verify(host.slice(0, -HTTPS_PORT.length));
  if ('ok' in verified && verified.ok.signingName !== SIGNING_NAME) {
    return invalidSignature(`Credential should be scoped to correct service: '${SIGNING_NAME}'.`);
  }
  return verified;
};
