// Invitations: who is outside of the owner's organization has to accept before a share grants anything.
import type { Share, SharePrincipal } from './share.ts';

/** How long an invitation can be accepted (RAM user guide, "Accepting and rejecting invitations": seven days). */
export const invitationLifetime = 7 * 24 * 3_600_000;

export type InvitationStatus = 'PENDING' | 'ACCEPTED' | 'REJECTED' | 'EXPIRED';

/** How the invitation of a principal stands at a time (milliseconds since the epoch); undefined without one. */
export function invitationStatus(principal: SharePrincipal, time: number): InvitationStatus | undefined {
  const { invitation, standing } = principal;
  if (invitation === undefined) return undefined;
  switch (standing) {
    case 'invited':
      return invitation.invitedAt + invitationLifetime <= time ? 'EXPIRED' : 'PENDING';
    case 'granted':
      return 'ACCEPTED';
    case 'refused':
      return 'REJECTED';
    // Not sent yet, or taken back.
    case 'offering':
    case 'ending':
    case 'ended':
      return undefined;
  }
}

/** The principal that an invitation is for, with its share. */
export function invited(
  shares: { values(): Iterable<Share> },
  invitation: string,
): { readonly share: Share; readonly principal: SharePrincipal } | undefined {
  for (const share of shares.values()) {
    for (const principal of share.principals.values()) {
      if (principal.invitation?.id === invitation) return { share, principal };
    }
  }
  return undefined;
}
