// The organization that an account is in, for calls that end when its stream cannot be read.
import type { OrganizationState } from '#events/organization.ts';
import type { Ledger } from '../ledger.ts';
import { granted } from '../refused.ts';

export async function organizationOf(ledger: Ledger, account: string): Promise<OrganizationState | undefined> {
  const organization = await ledger.organizationOf(account);
  return organization === undefined ? undefined : granted<OrganizationState>(organization);
}
