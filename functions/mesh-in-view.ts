// The mesh that a call means, with all that says who may use it.
import type { OfferedMesh } from '#events/offer.ts';
import { invalid } from '#events/refusal.ts';
import type { MeshInView } from '#events/sharing.ts';
import {
  holdersOf,
  isIn,
  meantIn,
  meantWithout,
  type OwnedResource,
  offersTo,
  otherOwners,
} from '#events/whereabouts.ts';
import type { Ledger } from './ledger.ts';
import { granted, Refused } from './refused.ts';

/** The mesh of an owner by its name, there or not. */
export async function meshInView(ledger: Ledger, owner: string, meshName: string): Promise<MeshInView> {
  const mesh = granted(await ledger.mesh(owner, meshName));
  return { mesh, organizations: granted(await ledger.organizations(mesh)) };
}

/**
 * The mesh of a resource that an ARN names: the account's own, there or not, unless a shared one holds the resource. Two
 * that do are refused by name. `member` is the member of the request that names the resource.
 */
export async function meshHolding(
  ledger: Ledger,
  caller: string,
  { member, ...place }: OwnedResource & { readonly member: string },
): Promise<MeshInView> {
  const { account, meshName } = place;
  const own = await meshInView(ledger, account, meshName);
  if (isIn(own, place, caller)) return own;
  const owners = otherOwners(await offersOf(ledger, account), place, caller);
  const found = await Promise.all(owners.map((owner) => meshInView(ledger, owner, meshName)));
  const holding = holdersOf(found, place, caller);
  if (holding.length < 2) return holding[0] ?? meantWithout(own, found, place, caller);
  const rule = `Member must say whose mesh it means: ${meantIn(holding, place)}`;
  throw new Refused(invalid(member, `Value at '${member}' failed to satisfy constraint: ${rule}`));
}

/** The meshes that an account was offered, alone or with its organization; not all of them may be its to use. */
export async function offersOf(ledger: Ledger, account: string): Promise<readonly OfferedMesh[]> {
  const organization = await ledger.organizationOf(account);
  return offersTo(granted(await ledger.account(account)), organization && granted(organization));
}
