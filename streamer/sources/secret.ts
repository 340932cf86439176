// What a proxy may need to know to prove itself and to trust others, and what is found.
import { createHash } from 'node:crypto';
import type { HeldCertificate } from '#events/certificates.ts';
import type { Actor } from '#events/event.ts';

/** `node`: the certificate that an authority signs for a node (a stream and a key in it), for these names. */
export type SecretWant =
  | { readonly kind: 'certificate'; readonly arn: string }
  | {
      readonly kind: 'node';
      readonly authority: string;
      readonly node: string;
      readonly names: readonly string[];
    }
  | { readonly kind: 'authority'; readonly arn: string }
  | { readonly kind: 'grant'; readonly caller: Actor; readonly arn: string };

/** What has a key, and is kept sealed. */
export type SealedWant = Extract<SecretWant, { kind: 'certificate' | 'node' }>;

/** What was found, as far as it applies, and what is wrong. */
export interface LookedSecret {
  readonly held?: HeldCertificate;
  /** Those by which it is trusted, PEM: of a certificate the roots above it and above the one before. */
  readonly authorities?: string;
  readonly allowed?: boolean;
  readonly trouble?: string;
}

/** `again`: when to look again unasked, milliseconds since the epoch. */
export interface Looked {
  readonly found: LookedSecret;
  readonly again?: number;
}

export const wantKey = (want: SecretWant): string => JSON.stringify(want);

/**
 * Where one is kept. That of a node is another certificate with other names; they are hashed, because a key of DynamoDB's
 * has at most 1,024 bytes.
 */
export function sealedKey(want: SealedWant): string {
  if (want.kind === 'certificate') return `certificate ${want.arn}`;
  const { authority, node, names } = want;
  return `node ${authority} ${node} ${createHash('sha256').update(names.join()).digest('hex').slice(0, 16)}`;
}
