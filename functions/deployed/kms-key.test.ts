// Signatures of KMS, which are DER, as tokens have them; and the tokens that come of it, verified with the public half.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { createIssuer, createVerifier } from '#identity/token.ts';
import { joseSignature, openKmsKey } from './kms-key.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** KMS as far as it is asked. */
const kms = {
  async send({ input }: { readonly input: { readonly Message?: Uint8Array } }) {
    if (input.Message === undefined) return { PublicKey: publicKey.export({ format: 'der', type: 'spki' }) };
    return { Signature: sign('sha256', input.Message, privateKey) };
  },
} as unknown as KMSClient;

test('any signature is the same in both forms', () => {
  // Numbers of DER are as long as they have to be: among so many, both halves are shorter and longer than 32 bytes.
  for (let round = 0; round < 600; round += 1) {
    const text = Buffer.from(`text ${round}`);
    const signature = joseSignature(sign('sha256', text, privateKey));
    expect(signature).toHaveLength(64);
    expect(verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  }
});

test('a token that KMS has signed is verified with the key’s public half', async () => {
  const key = await openKmsKey(kms, 'key');
  const issuer = createIssuer(key);
  const verifier = createVerifier(() => new Map([[key.kid, key.publicJwk]]));
  const grant = { resource: 'arn:aws:appmesh:us-east-1:1:mesh/m/virtualNode/n', accountId: '1', principal: 'p' };
  const { token, expiresAt } = await issuer.issue({ ...grant, lifetimeSeconds: 60, now: 1_000_000 });
  expect(expiresAt).toBe(1_060);
  expect(await verifier.verify(token, 1_000_000)).toEqual({ ok: { ...grant, expiresAt } });
  const other = token.replace(/^[^.]+/, Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url'));
  expect(await verifier.verify(other, 1_000_000)).toHaveProperty('refused');
});

test('a key that cannot sign such tokens is refused', async () => {
  const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wrong = {
    send: async () => ({ PublicKey: rsa.export({ format: 'der', type: 'spki' }) }),
  } as unknown as KMSClient;
  await expect(openKmsKey(wrong, 'key')).rejects.toThrow('no P-256 key');
});
