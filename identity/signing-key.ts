// The key that signs the tokens of Envoys: an ES256 key pair in a file of its own, made at first use.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { writeSecretFile } from './secret-file.ts';

export interface SigningKey {
  /** Name of the key: the RFC 7638 thumbprint of its public half. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** What a verifier needs; holds nothing secret. */
  readonly publicJwk: JWK;
}

const ALGORITHM = 'ES256';

const create = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
};

const parse = async (text: string): Promise<SigningKey> => {
  const jwk: JWK = JSON.parse(text);
  const privateKey = await importJWK({ ...jwk, alg: ALGORITHM });
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private') throw new Error('not a private key');
  const { kty, crv, x, y } = jwk;
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return { kid, privateKey, publicJwk: { kty, crv, x, y, kid, alg: ALGORITHM, use: 'sig' } };
};

/** Reads `dataDir/signing-key.json` (a private JWK, mode 0600), making it first when it does not exist. */
export const openSigningKey = async (dataDir: string): Promise<SigningKey> => {
  const file = join(dataDir, 'signing-key.json');
  if (!existsSync(file)) writeSecretFile(file, `${JSON.stringify(await create(), null, 2)}\n`);
  try {
    return await parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // What a library says of a broken key may repeat a part of it; only an error of the file system is passed on.
    const reason =
      error instanceof Error && 'syscall' in error ? error.message : 'it holds no ES256 private key as a JWK';
    throw new Error(`Signing key file ${file} cannot be used: ${reason}.`);
  }
};
