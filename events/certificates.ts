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
  /** Rejects when it was sealed with another key or for another context. */
  open(sealed: Sealed, context: Readonly<Record<string, string>>): Promise<string>;
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

/** Whether a certificate is of this account. What an account owns has no other's read for it, whatever its spec names. */
export const isOf = (account: string, arn: string): boolean => arn.split(':')[4] === account;

export const isAuthorityArn = (arn: string): boolean => arn.split(':')[2] === 'acm-pca';

/** Where secrets stand sealed in the views. */
export const secretsView = 'secrets';

/** The view of the certificates in use: by the stream of each mesh that names any, or did. */
export const certificatesInUseView = 'certificates-in-use';

/** A certificate that a mesh names. */
export interface CertificateInUse {
  readonly arn: string;
  /** Nothing that names it is of its account: it is not looked at. */
  readonly foreign?: true;
  /** Left out of one that nobody has looked at yet. */
  readonly known?: CertificateState;
}

/** What a mesh uses at a place in its stream. */
export interface CertificatesInUse {
  readonly sequence: number;
  readonly certificates: readonly CertificateInUse[];
}

/** Whether nothing in the mesh that names a certificate is of its account: what is said of it there concerns nobody else. */
export function isForeign({ certificateUsers, resources }: MeshState, arn: string): boolean {
  const users = certificateUsers.get(arn)?.toArray() ?? [];
  return !users.some((key) => isOf(resources.get(key)?.owner ?? '', arn));
}

export function certificatesInUse(mesh: MeshState): CertificatesInUse {
  const { sequence, certificates, certificateUsers } = mesh;
  const arns = [...certificateUsers.keys()].sort();
  return {
    sequence,
    certificates: arns.map((arn) => {
      const known = certificates.get(arn);
      return { arn, ...(isForeign(mesh, arn) && { foreign: true }), ...(known && { known }) };
    }),
  };
}

/** The ARNs of certificates that a document names, authorities in their place left out. */
export function certificatesNamed(value: unknown, found: string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return found;
  // Each event is looked through for them: without an array for each member that is as good as free.
  for (const member in value) {
    const inner: unknown = value[member as keyof typeof value];
    if (member !== 'certificateArn') certificatesNamed(inner, found);
    else if (typeof inner === 'string' && !isAuthorityArn(inner)) found.push(inner);
  }
  return found;
}
