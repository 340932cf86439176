// The mesh that a call means, with all that says who may use it. An ARN names the owner of the resource, who in a shared
// mesh is not the mesh's: then the mesh is looked for among those that this account was offered.
import type { OfferedMesh } from '#events/offer.ts';
import { invalid } from '#events/refusal.ts';
import { mayRead, type Organizations } from '#events/sharing.ts';
import type { MeshState } from '#events/state.ts';
import type { Ledger } from './ledger.ts';
import { granted, Refused } from './refused.ts';

export interface MeshInView {
  readonly mesh: MeshState;
  /** Those that the mesh is shared with. */
  readonly organizations: Organizations;
}

/** The mesh of an owner by its name, there or not. */
export async function meshInView(ledger: Ledger, owner: string, meshName: string): Promise<MeshInView> {
  const mesh = granted(await ledger.mesh(owner, meshName));
  return { mesh, organizations: granted(await ledger.organizations(mesh)) };
}

/** A resource as an ARN names it: `account` owns it. */
export interface OwnedPlace {
  readonly account: string;
  readonly meshName: string;
  readonly key: string;
  /** The member of the request that names it. */
  readonly member: string;
}

/**
 * The account's own mesh of this name, or where that does not hold the resource, the one shared mesh that does; of those
 * that the caller may see. Two of them are refused by name.
 */
export async function meshHolding(
  ledger: Ledger,
  caller: string,
  { account, meshName, key, member }: OwnedPlace,
): Promise<MeshInView> {
  const own = await meshInView(ledger, account, meshName);
  if (own.mesh.resources.has(key) && mayRead(own.mesh, caller, own.organizations) === undefined) return own;
  const owners = (await offersOf(ledger, account))
    .filter((offer) => offer.meshName === meshName)
    .map(({ owner }) => owner);
  const candidates = [...new Set([caller, ...owners])].filter((owner) => owner !== account);
  const found = await Promise.all(candidates.map((owner) => meshInView(ledger, owner, meshName)));
  const holding = found.filter(
    ({ mesh, organizations }) =>
      mesh.resources.get(key)?.owner === account && mayRead(mesh, caller, organizations) === undefined,
  );
  const [only, ...others] = holding;
  if (only === undefined) return own;
  if (others.length === 0) return only;
  const meant = holding.map(({ mesh }) => `mesh/${meshName}@${mesh.owner}/${key}`).sort();
  throw new Refused(
    invalid(
      member,
      `Value at '${member}' failed to satisfy constraint: Member must say whose mesh it means: ${meant.join(' or ')}`,
    ),
  );
}

/** The meshes that an account was offered, alone or with its organization; not all of them may be its to use. */
export async function offersOf(ledger: Ledger, account: string): Promise<readonly OfferedMesh[]> {
  const state = granted(await ledger.account(account));
  const organization = await ledger.organizationOf(account);
  const common = organization === undefined ? undefined : granted(organization).offered;
  const all = common === undefined || common.isEmpty() ? state.offered : state.offered.merge(common);
  return [...all.values()].filter(({ owner }) => owner !== account);
}
