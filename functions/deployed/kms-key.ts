// The key that signs the tokens of Envoys on AWS: an ECC_NIST_P256 key of KMS, which never leaves it.
import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import type { AnnouncedKey, RemoteKey } from '#identity/token.ts';

/** Rejects when the key cannot be asked or is no P-256 key. */
export async function openKmsKey(client: KMSClient, KeyId: string): Promise<AnnouncedKey & RemoteKey> {
  const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId }));
  const spki = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const { kty, crv, x, y } = await exportJWK(spki);
  if (crv !== 'P-256') throw new Error(`the key ${KeyId} of KMS is no P-256 key`);
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return {
    kid,
    publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
    async sign(text) {
      const { Signature = new Uint8Array() } = await client.send(
        new SignCommand({ KeyId, Message: text, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' }),
      );
      return joseSignature(Signature);
    },
  };
}

const half = 32;

/** RFC 3279, section 2.2.3, to RFC 7518, section 3.4: two numbers in DER to 32 bytes each. */
export function joseSignature(der: Uint8Array): Uint8Array {
  const numbers: Buffer[] = [];
  // A P-256 signature is shorter than 128 bytes: every length is one byte.
  for (let at = 2; at < der.length; ) {
    const length = der[at + 1] ?? 0;
    const number = Buffer.from(der.slice(at + 2, at + 2 + length));
    numbers.push(number.subarray(Math.max(0, number.length - half)));
    at += 2 + length;
  }
  return Buffer.concat(numbers.map((number) => Buffer.concat([Buffer.alloc(half - number.length), number])));
}
