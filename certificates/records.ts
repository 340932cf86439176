// What the embedded authority keeps in the views: authorities and certificates, their keys sealed.
import type { Sealed } from '#events/certificates.ts';
import type { KeyKind } from './x509.ts';

/** Times in milliseconds since the epoch, PEM. */
export interface AuthorityRecord {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly kind: KeyKind;
  readonly createdAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly certificate: string;
  readonly key: Sealed;
}

export interface CertificateRecord {
  readonly arn: string;
  readonly account: string;
  /** The first is the domain name. */
  readonly names: readonly string[];
  readonly kind: KeyKind;
  /** Who signed it; undefined of what was imported. */
  readonly authority?: string;
  /** How long it is signed for, milliseconds. */
  readonly validity: number;
  readonly createdAt: number;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** The certificate first, the root last. */
  readonly chain: string;
  readonly key: Sealed;
  readonly revokedAt?: number;
}

export const authorityView = 'authority';
