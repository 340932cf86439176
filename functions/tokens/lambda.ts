// Admission of Envoys as a Lambda behind API Gateway: tokens are signed inside KMS, and no token is given before the
// public half of its key stands in the log.
import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { isStoreFailure } from '#events/store-failure.ts';
import { createIssuer, type TokenIssuer } from '#identity/token.ts';
import { requestHandler } from '#store/request-handler.ts';
import { required } from '../deployed/environment.ts';
import { openKmsKey } from '../deployed/kms-key.ts';
import { deployedParts } from '../deployed/parts.ts';
import { serve } from '../deployed/serve.ts';
import { Refused } from '../refused.ts';
import { createTokens } from './handler.ts';

const { environment, log, now, parts, system } = deployedParts('tokens');
const kms = new KMSClient({ requestHandler });
const key = required(process.env, 'HEDDLE_TOKEN_KEY');

/** Longer ones would outlive a change of policy for too long. */
const longest = 12 * 3600;

let opened: Promise<TokenIssuer> | undefined;

async function open(): Promise<TokenIssuer> {
  const signing = await openKmsKey(kms, key);
  await system.announce(signing, randomUUID, now);
  return createIssuer(signing);
}

const issuer: TokenIssuer = {
  async issue(request) {
    opened ??= open();
    try {
      return await (await opened).issue(request);
    } catch (error) {
      // The next call opens it anew: the key or the log may be well again.
      opened = undefined;
      if (isStoreFailure(error)) throw error;
      log.trouble('the signing key', error);
      throw new Refused({ refused: 'unavailable', reason: 'The signing key cannot be used now' });
    }
  },
};

export const handler = serve(createTokens({ ...parts, issuer, now, longest, home: environment.account }), log, now);
