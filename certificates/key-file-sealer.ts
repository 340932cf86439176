// Secrets sealed with a key in a file of its own beside the store (AES-256-GCM): whoever has the store alone has none of them.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import type { Sealer } from '#events/certificates.ts';
import { writeSecretFile } from '#identity/secret-file.ts';

const algorithm = 'aes-256-gcm';
/** Bytes. NIST SP 800-38D, 8.2: 96 bits. */
const nonceLength = 12;
const keyLength = 32;

/** What is encrypted under a key, as text. */
export interface Encrypted {
  readonly nonce: string;
  readonly tag: string;
  readonly text: string;
}

export function encrypt(key: Buffer, text: string, context: Readonly<Record<string, string>>): Encrypted {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(canonicalize(context) ?? ''));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const written = (bytes: Buffer) => bytes.toString('base64');
  return { nonce: written(nonce), tag: written(cipher.getAuthTag()), text: written(body) };
}

/** Undefined when the key or the context is another one, or the text was changed. */
export function decrypt(key: Buffer, sealed: Encrypted, context: Readonly<Record<string, string>>): string | undefined {
  const read = (text: string) => Buffer.from(text, 'base64');
  try {
    const decipher = createDecipheriv(algorithm, key, read(sealed.nonce), { authTagLength: 16 })
      .setAAD(Buffer.from(canonicalize(context) ?? ''))
      .setAuthTag(read(sealed.tag));
    return Buffer.concat([decipher.update(read(sealed.text)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Opens the key in `folder`, made at first use with mode 0600. Throws when the file holds none. */
export function keyFileSealer(folder: string): Sealer {
  const file = join(folder, 'sealing-key');
  if (!existsSync(file)) writeSecretFile(file, `${randomBytes(keyLength).toString('base64')}\n`);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== keyLength) throw new Error(`${file} holds no key of ${keyLength} bytes`);
  return {
    seal: async (text, context) => ({ ...encrypt(key, text, context) }),
    open: async (sealed, context) => decrypt(key, asEncrypted(sealed), context),
  };
}

export function asEncrypted({ nonce = '', tag = '', text = '' }: Readonly<Record<string, string>>): Encrypted {
  return { nonce, tag, text };
}
