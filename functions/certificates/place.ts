// Where an operation of the embedded authority happens, and what all of them share.
import { certificatesIn } from '#certificates/chain.ts';
import type { EmbeddedAuthority } from '#certificates/embedded.ts';
import type { NoCertificate } from '#events/certificates.ts';
import { certificateError, type Members, text } from './members.ts';

export interface Place {
  readonly authority: EmbeddedAuthority;
  /** The caller's: nobody reaches into another account's certificates. */
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One operation: the ARN that it asks a permission for (`*`: nothing in particular), and what it does. */
export interface Operation {
  readonly resource: (members: Members) => string;
  readonly run: (place: Place, members: Members) => Promise<object>;
}

export const onArn = (member: string): Pick<Operation, 'resource'> => ({
  resource: (members) => text(members, member),
});

/** The certificate itself and what is above it, apart, as both APIs answer them. */
export function parts(chain: string): { readonly Certificate: string; readonly CertificateChain: string } {
  const [own, ...above] = certificatesIn(chain) ?? [];
  return { Certificate: String(own), CertificateChain: above.map(String).join('') };
}

/** What was found, unless there is none. */
export function present<T extends object>(found: T | NoCertificate): T {
  if ('none' in found) throw certificateError('InvalidStateException', found.none);
  return found;
}
