// Verifies AWS Signature Version 4: that a request was made by the holder of an access key, just now, and was not
// changed on its way. Any region and signing name will do; the caller judges those.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Credential } from './credential-list.ts';
import { expectedSignature } from './expected-signature.ts';
import { readClaim, type SignatureClaim } from './signature-claim.ts';
import { invalidSignature, type SignatureRefusal, unrecognizedClient } from './signature-refusal.ts';
import { headerOf, type SignedRequest } from './signed-request.ts';

export interface VerifyOptions {
  readonly byAccessKey: (accessKeyId: string) => Credential | undefined;
  /** Milliseconds of the epoch. */
  readonly now: number;
  /** Accept UNSIGNED-PAYLOAD, which leaves the body out of the signature: only for streams, which have none yet. */
  readonly unsignedPayload?: boolean;
}

export interface Verified {
  readonly credential: Credential;
  readonly signingName: string;
  readonly region: string;
}

export type Verification = { readonly ok: Verified } | SignatureRefusal;

const SKEW_MINUTES = 15;
const SKEW_MS = SKEW_MINUTES * 60_000;
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const compact = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

const equal = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const checkTime = ({ day, date, expires }: SignatureClaim, now: number): SignatureRefusal | undefined => {
  const signed = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signed)) return invalidSignature(`'${date}' is not a date.`);
  if (!date.startsWith(day)) {
    return invalidSignature(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${date.slice(0, 8)}', from '${date}'.`,
    );
  }
  const validFor = expires === undefined ? SKEW_MS : expires * 1000;
  if (signed + validFor < now) {
    const span = expires === undefined ? `${SKEW_MINUTES} min.` : `${expires} s`;
    return invalidSignature(
      `Signature expired: ${date} is now earlier than ${compact(now - validFor)} (${compact(now)} - ${span})`,
    );
  }
  if (signed - SKEW_MS > now) {
    return invalidSignature(
      `Signature not yet current: ${date} is still later than ${compact(now + SKEW_MS)} (${compact(now)} + ${SKEW_MINUTES} min.)`,
    );
  }
  return undefined;
};

const collectHeaders = (
  request: SignedRequest,
  names: readonly string[],
): { readonly headers: Readonly<Record<string, string>> } | SignatureRefusal => {
  if (!names.includes('host')) {
    return invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const absent = names.filter((name) => headerOf(request, name) === undefined);
  if (absent.length > 0) {
    return invalidSignature(`Signed headers are missing from the request: ${absent.join(', ')}.`);
  }
  return { headers: Object.fromEntries(names.map((name) => [name, headerOf(request, name) ?? ''])) };
};

// AWS takes an absent hash as that of the body.
const checkContent = (
  { body }: SignedRequest,
  { contentHash }: SignatureClaim,
  unsignedPayload: boolean,
): { readonly contentHash: string } | SignatureRefusal => {
  if (contentHash === UNSIGNED_PAYLOAD) {
    return unsignedPayload ? { contentHash } : invalidSignature('The payload of this request must be signed.');
  }
  const actual = createHash('sha256').update(body).digest('hex');
  if (contentHash !== undefined && contentHash !== actual) {
    return invalidSignature("The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return { contentHash: actual };
};

/** Says who signed the request, or why the signature is not believed. */
export const verifyRequest = async (
  request: SignedRequest,
  { byAccessKey, now, unsignedPayload = false }: VerifyOptions,
): Promise<Verification> => {
  const claim = readClaim(request);
  if ('refused' in claim) return claim;
  const collected = collectHeaders(request, claim.signedHeaders);
  if ('refused' in collected) return collected;
  const outOfTime = checkTime(claim, now);
  if (outOfTime !== undefined) return outOfTime;
  const credential = byAccessKey(claim.accessKeyId);
  if (credential === undefined || !equal(credential.sessionToken ?? '', claim.sessionToken ?? '')) {
    return unrecognizedClient();
  }
  const content = checkContent(request, claim, unsignedPayload);
  if ('refused' in content) return content;
  const { method, path } = request;
  const { secretAccessKey } = credential;
  const expected = await expectedSignature({
    request: { method, path },
    claim,
    ...collected,
    ...content,
    secretAccessKey,
  });
  if (!equal(expected, claim.signature)) {
    return invalidSignature(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return { ok: { credential, signingName: claim.service, region: claim.region } };
};
