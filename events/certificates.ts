// Certificates by their ARNs: the port that ACM and the embedded authority both answer, and what is known of one that is
// in use. Private keys pass through here and are never part of an event or a state.

import type { CertificateFailing, CertificateRotated } from './event.ts';
import type { CertificateState, MeshState } from './state.ts';

/** ACM's own record of a certificate; times are milliseconds since the epoch, `serial` lower-case hexadecimal. */
export interface CertificateFacts {
  readonly arn: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** ACM's word: ISSUED, EXPIRED, REVOKED, PENDING_VALIDATION, FAILED and so on. */
  readonly status: string;
  readonly exportable: boolean;
}

/** A certificate with its key, PEM. `chain` begins with the certificate itself, `root` is the last authority above it. */
export interface HeldCertificate {
  readonly arn: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  readonly chain: string;
  readonly key: string;
  readonly root: string;
}

/** It cannot be had, and asking again does not help until somebody changes something. */
export interface NoCertificate {
  readonly none: string;
}

/** The certificate of an authority; `above` are those that signed it, up to the root. PEM. */
export interface AuthorityCertificate {
  readonly certificate: string;
  readonly above: string;
}

/** A certificate that an authority is asked to sign: a request in PEM, for so many milliseconds. */
export interface Signing {
  readonly authority: string;
  readonly request: string;
  readonly validity: number;
}

/** Each call rejects when nobody answers (throttled, failing, unreachable): then it may be asked again. */
export interface Certificates {
  describe(arn: string): Promise<CertificateFacts | NoCertificate>;
  export(arn: string): Promise<HeldCertificate | NoCertificate>;
  authority(arn: string): Promise<AuthorityCertificate | NoCertificate>;
  /** Answers the chain, PEM, the new certificate first. */
  sign(signing: Signing): Promise<{ readonly chain: string } | NoCertificate>;
}

/** Text that only holders of a key can read, as JSON, and what it was sealed for. */
export interface Sealed {
  readonly [member: string]: string;
}

/** Seals secrets for the views. `context` is bound to what is sealed: with another it does not open. */
export interface Sealer {
  seal(text: string, context: Readonly<Record<string, string>>): Promise<Sealed>;
  /** Undefined of what was sealed with another key or for another context, or is not what was sealed. */
  open(sealed: Sealed, context: Readonly<Record<string, string>>): Promise<string | undefined>;
}

/** Milliseconds. ACM renews more than a month before the end, the embedded authority after two thirds of a life. */
const notice = 14 * 86_400_000;
/** The part of a life that may be left before its renewal is late. */
const lastPart = 0.25;

/** Milliseconds since the epoch; without its beginning, a life is taken for a long one. */
export interface Lifetime {
  readonly notBefore?: number | undefined;
  readonly notAfter: number;
}

/** From when on a certificate's renewal is late: it has less than 14 days and less than a quarter of its life left. */
export const lateFrom = ({ notBefore = Number.NEGATIVE_INFINITY, notAfter }: Lifetime): number =>
  notAfter - Math.min(notice, (notAfter - notBefore) * lastPart);

/** The time that a certificate has left at `now`. */
export type TimeLeft = 'enough' | 'little' | 'none';

export function timeLeft(certificate: Lifetime, now: number): TimeLeft {
  if (now < lateFrom(certificate)) return 'enough';
  return now < certificate.notAfter ? 'little' : 'none';
}

/** What is known of a certificate after news of it: what fails stays what it was, besides. */
export function knownAfter(
  before: CertificateState = { serial: '', notAfter: 0 },
  event: CertificateRotated | CertificateFailing,
): CertificateState {
  if (event.type === 'CertificateFailing') return { ...before, failing: event.reason };
  const { type: _type, arn: _arn, ...known } = event;
  return known;
}

/** Blank of a text that is no ARN. */
export const accountOfArn = (arn: string): string => arn.split(':')[4] ?? '';

/** The ARN of a certificate or of an authority; what is none asks nobody, and its length bounds what is noted of it. */
export const isCertificateArn = (text: string): boolean =>
  /^arn:[\w-]{1,20}:acm(-pca)?:[\w-]{1,32}:\d{12}:[\w-]{1,32}\/[\w-]{1,128}$/.test(text);

export const isAuthorityArn = (arn: string): boolean => arn.split(':')[2] === 'acm-pca';

/** Where secrets stand sealed in the views. */
export const secretsView = 'secrets';

/** The view of the certificates in use: by the stream of each mesh that names any, or did. */
export const certificatesInUseView = 'certificates-in-use';

/** What a mesh uses at a place in its stream; `known` is left out of a certificate that nobody has looked at yet. */
export interface CertificatesInUse {
  readonly sequence: number;
  readonly certificates: readonly { readonly arn: string; readonly known?: CertificateState }[];
}

export function certificatesInUse({ sequence, certificates, certificateUsers }: MeshState): CertificatesInUse {
  const arns = [...certificateUsers.keys()].sort();
  return {
    sequence,
    certificates: arns.map((arn) => {
      const known = certificates.get(arn);
      return known === undefined ? { arn } : { arn, known };
    }),
  };
}

/**
 * The ARNs of certificates that a document of an account's names, authorities in their place left out: and those of other
 * accounts, which none of its proxies can have, so that nobody looks at them for it.
 */
export function certificatesNamed(account: string, value: unknown, found: string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return found;
  // Each event is looked through for them: without an array for each member that is as good as free.
  for (const member in value) {
    const inner: unknown = value[member as keyof typeof value];
    if (member !== 'certificateArn') certificatesNamed(account, inner, found);
    else if (typeof inner === 'string' && isOwn(account, inner)) found.push(inner);
  }
  return found;
}

const isOwn = (account: string, arn: string): boolean =>
  isCertificateArn(arn) && !isAuthorityArn(arn) && accountOfArn(arn) === account;
