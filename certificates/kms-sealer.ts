// Secrets sealed on AWS: each under a data key of its own that KMS made, which only KMS opens again, for that context alone.
import {
  DecryptCommand,
  type DecryptCommandOutput,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { Sealer } from '#events/certificates.ts';
import { asEncrypted, decrypt, encrypt } from './key-file-sealer.ts';

/** `keyId`: the id or ARN of a symmetric key. */
export function kmsSealer(kms: Pick<KMSClient, 'send'>, keyId: string): Sealer {
  return {
    async seal(text, context) {
      const made = await kms.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
      );
      if (made.Plaintext === undefined || made.CiphertextBlob === undefined) throw new Error('KMS made no data key');
      const key = Buffer.from(made.Plaintext);
      try {
        return { ...encrypt(key, text, context), dataKey: Buffer.from(made.CiphertextBlob).toString('base64') };
      } finally {
        key.fill(0);
      }
    },
    async open(sealed, context) {
      const command = new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: Buffer.from(sealed.dataKey ?? '', 'base64'),
        EncryptionContext: { ...context },
      });
      let opened: DecryptCommandOutput;
      try {
        opened = await kms.send(command);
      } catch (error) {
        // API reference, Decrypt: another key, or another context.
        if (error instanceof IncorrectKeyException || error instanceof InvalidCiphertextException) return undefined;
        throw error;
      }
      if (opened.Plaintext === undefined) throw new Error('KMS opened no data key');
      const key = Buffer.from(opened.Plaintext);
      try {
        return decrypt(key, asEncrypted(sealed), context);
      } finally {
        key.fill(0);
      }
    },
  };
}
