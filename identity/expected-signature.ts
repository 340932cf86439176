// The signature that a request should carry. The canonical request and the keys come from the AWS SDK's own
// signer. Its `sign` cannot be used: it always signs an X-Amz-Date of its own, drops Date, and moves headers when
// it makes a presigned URL, so it would not repeat what other clients rightly signed. Its parts can.
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  ALGORITHM_IDENTIFIER,
  createScope,
  getCanonicalHeaders,
  getSigningKey,
  SignatureV4Base,
} from '@smithy/signature-v4';
import type { SignatureClaim } from './signature-claim.ts';
import type { SignedRequest } from './signed-request.ts';

interface Signing {
  readonly request: Pick<SignedRequest, 'method' | 'path'>;
  readonly claim: SignatureClaim;
  /** The values of all signed headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hex of the body's SHA-256, or the text UNSIGNED-PAYLOAD. */
  readonly contentHash: string;
  readonly secretAccessKey: string;
}

// A class only because the library keeps these steps protected.
class Signer extends SignatureV4Base {
  async signature({ request, claim, headers, contentHash, secretAccessKey }: Signing): Promise<string> {
    const { day, region, service, date } = claim;
    const query = Object.fromEntries(Object.entries(claim.query).map(([name, values]) => [name, [...values]]));
    const canonical = { ...request, headers: { ...headers }, query, protocol: 'http:', hostname: '' };
    // Named as signable, headers that the SDK never signs by itself (user-agent) are taken as well.
    const canonicalHeaders = getCanonicalHeaders(canonical, undefined, new Set(Object.keys(headers)));
    // The string to sign (IAM user guide, "Create a signed AWS API request"), hashed by Node: the SDK hashes in JavaScript.
    const requestHash = hash('sha256', this.createCanonicalRequest(canonical, canonicalHeaders, contentHash));
    const text = [ALGORITHM_IDENTIFIER, date, createScope(day, region, service), requestHash].join('\n');
    return createHmac('sha256', await keyFor(claim, secretAccessKey))
      .update(text)
      .digest('hex');
  }

  constructor() {
    // The base asks for credentials, which only its own way of signing reads.
    super({ credentials: { accessKeyId: '', secretAccessKey: '' }, region: '', service: '', sha256: Sha256 });
  }
}

// Keys last a day; a caller signs for few regions and services. What callers claim is not checked yet: hence the limit.
const keys = new Map<string, KeyObject>();
const mostKeys = 100;

/** The signing key of a day, region and service, kept: the SDK's own cache hashes the secret to look it up. */
async function keyFor({ accessKeyId, day, region, service }: SignatureClaim, secretAccessKey: string) {
  const name = JSON.stringify([secretAccessKey, day, region, service]);
  const held = keys.get(name);
  if (held !== undefined) return held;
  const bytes = await getSigningKey(Sha256, { accessKeyId, secretAccessKey }, day, region, service);
  const key = createSecretKey(bytes);
  if (keys.size >= mostKeys) keys.clear();
  keys.set(name, key);
  return key;
}

const signer = new Signer();

/** Computes the right signature, in lower-case hex. */
export const expectedSignature = (signing: Signing): Promise<string> => signer.signature(signing);
