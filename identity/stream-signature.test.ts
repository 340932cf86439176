// Signatures of gRPC streams, in the two forms in which Envoy makes them.
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import type { Credential } from './credential-list.ts';
import { type SignedStream, verifyStream } from './stream-signature.ts';

const ENVOY: Credential = {
  accessKeyId: 'ENVOY',
  secretAccessKey: 'secret',
  sessionToken: 'session',
  accountId: '111122223333',
  arn: 'arn:aws:sts::111122223333:assumed-role/envoy/task',
  policies: [],
};
const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);
const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const options = { byAccessKey: (id: string) => (id === ENVOY.accessKeyId ? ENVOY : undefined), now: NOW };

const signed = async (headers: Readonly<Record<string, string>>, service: string): Promise<Record<string, string>> => {
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: ENVOY,
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = { method: 'POST', protocol: 'https:', hostname: '', path: PATH, headers: { ...headers } };
  // Envoy signs `te`, which the SDK would leave out.
  const { headers: result } = await signer.sign(request, {
    signingDate: new Date(NOW),
    signableHeaders: new Set(['te']),
  });
  const { host: _host, 'content-type': _type, te: _te, ...metadata } = result;
  return metadata;
};

const requestSigning = (host: string, service = 'appmesh') =>
  signed(
    { host, 'content-type': 'application/grpc', te: 'trailers', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    service,
  );

const awsIam = (host: string) => signed({ host }, 'appmesh');

const open = (host: string, metadata: SignedStream['metadata'], path = PATH) =>
  verifyStream({ path, host, metadata }, options);

describe('verifyStream', () => {
  test('believes the filter aws_request_signing', async () => {
    expect(await open('heddle', await requestSigning('heddle'))).toMatchObject({
      ok: { credential: ENVOY, region: 'us-east-1' },
    });
  });

  test('believes the aws_iam credentials of google_grpc, which leave out the default port', async () => {
    expect(await open('xds.example:18000', await awsIam('xds.example:18000'))).toHaveProperty('ok');
    expect(await open('xds.example:443', await awsIam('xds.example'))).toHaveProperty('ok');
    expect(await open('xds.example:443', await awsIam('xds.example:443'))).toHaveProperty('ok');
  });

  test('believes the hash of an empty payload, and of no other', async () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(await open('h', await signed({ host: 'h', 'x-amz-content-sha256': empty }, 'appmesh'))).toHaveProperty('ok');
    expect(
      await open('h', await signed({ host: 'h', 'x-amz-content-sha256': '0'.repeat(64) }, 'appmesh')),
    ).toMatchObject({
      refused: 'InvalidSignatureException',
    });
  });

  test('refuses a stream without a signature, to another host, of another method, by another secret', async () => {
    const metadata = await requestSigning('heddle');
    expect(await open('heddle', {})).toEqual({
      refused: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
    expect(await open('heddle', { authorization: 'Bearer x' })).toHaveProperty(
      'refused',
      'MissingAuthenticationTokenException',
    );
    expect(await open('other', metadata)).toHaveProperty('refused', 'InvalidSignatureException');
    expect(await open('heddle', metadata, PATH.replace('Delta', 'Stream'))).toHaveProperty(
      'refused',
      'InvalidSignatureException',
    );
    expect(await open('heddle', { ...metadata, 'x-amz-security-token': 'other' })).toHaveProperty(
      'refused',
      'UnrecognizedClientException',
    );
  });

  test('refuses a signature for another service', async () => {
    expect(await open('heddle', await requestSigning('heddle', 'execute-api'))).toEqual({
      refused: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'appmesh'.",
    });
  });

  test('passes over metadata that is not text', async () => {
    expect(await open('heddle', { ...(await requestSigning('heddle')), 'trace-bin': Buffer.from('x') })).toHaveProperty(
      'ok',
    );
  });
});
