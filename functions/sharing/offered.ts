// The shares of others that concern the caller, found through the pointers of its account and of its organization, and
// read from the streams of their owners: a pointer alone is not believed.
import { heldSince, type OrganizationState } from '#events/organization.ts';
import { principalOf } from '#events/principal.ts';
import type { SharePrincipal } from '#events/shares/share.ts';
import { granted } from '../refused.ts';
import type { OwnedShare, RamCall } from './call.ts';
import { organizationOf } from './organization-of.ts';

/** A share of another account, with those of its principals that are the caller. */
export interface OfferedShare extends OwnedShare {
  readonly principals: readonly SharePrincipal[];
}

/** Owners looked up at once. */
const together = 25;

/** All shares that others have pointed the caller to and that name it, granted or not; those of `owners` alone if given. */
export async function offeredShares(call: RamCall, owners?: ReadonlySet<string>): Promise<readonly OfferedShare[]> {
  const { ledger, caller } = call;
  const { accountId } = caller;
  const account = granted(await ledger.account(accountId));
  const organization = await organizationOf(ledger, accountId);
  const pointers = [...account.sharesOffered, ...(organization?.sharesOffered ?? [])]
    .filter(([owner, { shares }]) => shares.length > 0 && owner !== accountId && (owners?.has(owner) ?? true))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const ids = new Map<string, Set<string>>();
  for (const [owner, { shares }] of pointers) ids.set(owner, new Set([...(ids.get(owner) ?? []), ...shares]));
  const found: OfferedShare[] = [];
  const all = [...ids];
  for (let at = 0; at < all.length; at += together) {
    const looked = all.slice(at, at + together).map(async ([owner, shares]) => {
      const state = granted(await ledger.account(owner));
      return [...shares].flatMap((id) => {
        const share = state.shares.get(id);
        if (share?.status !== 'ACTIVE') return [];
        const principals = [...share.principals.values()].filter((one) =>
          isMeant(one, { owner, account: accountId }, organization),
        );
        return principals.length === 0 ? [] : [{ owner, share, principals }];
      });
    });
    found.push(...(await Promise.all(looked)).flat());
  }
  return found;
}

/** Whether a share is granted to the caller now. */
export const isGranted = ({ principals }: OfferedShare): boolean =>
  principals.some(({ standing }) => standing === 'granted');

/** Whether a principal is the account, by its number or through the organization that it is in. */
function isMeant(
  { grant }: SharePrincipal,
  between: { readonly owner: string; readonly account: string },
  organization: OrganizationState | undefined,
): boolean {
  const principal = principalOf(grant);
  if (principal === undefined) return false;
  if (principal.kind === 'account') return principal.account === between.account;
  if (organization?.organization !== principal.organization) return false;
  return heldSince(organization, principal, between) !== undefined;
}
