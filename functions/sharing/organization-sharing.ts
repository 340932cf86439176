// Sharing inside the organization without invitations, allowed from here on.
import { refuse } from '#events/shares/refusal.ts';
import { granted } from '../refused.ts';
import type { Answered, RamCall } from './call.ts';
import { organizationOf } from './organization-of.ts';
import { shareRefused } from './wire.ts';

export async function enableSharingWithAwsOrganization(call: RamCall): Promise<Answered> {
  const { book, ledger, caller, requestId, client } = call;
  const organization = await organizationOf(ledger, caller.accountId);
  if (organization === undefined) {
    throw shareRefused(refuse('not-permitted', `The account ${caller.accountId} is not in an organization.`));
  }
  const read = async () => granted(await ledger.organization(organization.organization));
  await book.amend(
    read,
    ({ sharingSince }) => (sharingSince === undefined ? [{ type: 'OrganizationSharingSet', enabled: true }] : []),
    { caller, requestId, client },
  );
  return { returnValue: true };
}
