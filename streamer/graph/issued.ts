// Certificates and trust that stand in no file of the proxy's: they are looked up by their ARNs, and sent to it as secrets.
import type { Trust } from './graph.ts';

export type IssuedTrust = Extract<Trust, { kind: 'authorities' | 'issuer' }>;

/** What is known of one: it, or why there is none; both when it is an older one that is still good, or soon is not. */
export interface Known<T> {
  readonly value?: T;
  readonly trouble?: string;
}

/** A certificate, those above it and its key: PEM. */
export interface KeyPair {
  readonly chain: string;
  readonly key: string;
}

/** Undefined answers: not known yet. */
export interface CertificateLookup {
  /** The certificate and key of an ARN, for this very proxy. */
  pair(arn: string): Known<KeyPair> | undefined;
  /** The certificates of authorities, one PEM. */
  trust(trust: IssuedTrust): Known<string> | undefined;
}

/** The same, or a text that says why it cannot be used; `said` hears what is wrong with it all the same. */
export function usable<T extends object>(
  found: T,
  known: Known<unknown> | undefined,
  said: (reason: string) => void,
): T | string {
  if (known === undefined) return notKnown;
  const { value, trouble } = known;
  if (value === undefined) return trouble ?? notKnown;
  if (trouble !== undefined) said(trouble);
  return found;
}

export const notKnown = 'the certificates that its ARNs name are not known here';
