// The organization as AWS Organizations tells it: its units and accounts, read through the SDK by a role that may
// (organizations:DescribeOrganization, ListRoots, ListOrganizationalUnitsForParent, ListAccountsForParent). Whether meshes
// may be shared inside it is not said there: EnableSharingWithAwsOrganization of ours says it.
import {
  DescribeOrganizationCommand,
  type OrganizationsClient,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import type { Membership } from '#events/organization.ts';
import type { MembershipSource } from './membership.ts';

type Unit = Membership['units'][number];

/** Rejects when any part of it cannot be read: half an organization would end the other half's access. */
export function awsOrganization(client: OrganizationsClient): MembershipSource {
  async function accountsIn(parent: string): Promise<readonly string[]> {
    const accounts: string[] = [];
    for await (const { Accounts = [] } of paginateListAccountsForParent({ client }, { ParentId: parent })) {
      for (const { Id, Status } of Accounts) if (Id !== undefined && Status !== 'SUSPENDED') accounts.push(Id);
    }
    return accounts;
  }

  async function unitsIn(parent: string, inUnit?: string): Promise<readonly Unit[]> {
    const units: Unit[] = [];
    for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: parent })) {
      for (const { Id: id } of page.OrganizationalUnits ?? []) {
        if (id === undefined) continue;
        const accounts = await accountsIn(id);
        units.push({ id, ...(inUnit !== undefined && { parent: inUnit }), accounts }, ...(await unitsIn(id, id)));
      }
    }
    return units;
  }

  return {
    async read() {
      const { Organization } = await client.send(new DescribeOrganizationCommand());
      const id = Organization?.Id;
      if (id === undefined) throw new Error('AWS Organizations names no organization');
      const units: Unit[] = [];
      const accounts: string[] = [];
      for await (const { Roots = [] } of paginateListRoots({ client }, {})) {
        for (const { Id: root } of Roots) {
          if (root === undefined) continue;
          accounts.push(...(await accountsIn(root)));
          units.push(...(await unitsIn(root)));
        }
      }
      return { id, units, accounts };
    },
  };
}
