// In which mesh is a resource of which only the owner is known? In the owner's own mesh of that name, or where that does
// not hold it, in the one that was shared with the owner and does.
import type { OfferedMesh } from './offer.ts';
import type { OrganizationState } from './organization.ts';
import { type MeshInView, mayRead } from './sharing.ts';
import { type AccountState, meshOf } from './state.ts';

/** What an account was offered, by itself or with its organization; some of it may not be its to use (any more). */
export function offersTo(account: AccountState, organization: OrganizationState | undefined): readonly OfferedMesh[] {
  const common = organization?.offered;
  const all = common === undefined || common.isEmpty() ? account.offered : account.offered.merge(common);
  return [...all.values()].filter(({ owner }) => owner !== account.account);
}

/** A resource (its key) that an account owns in some mesh of this name. */
export interface OwnedResource {
  readonly account: string;
  readonly meshName: string;
  readonly key: string;
}

/** Whether the account's own mesh is meant, for a caller who may see it. */
export const isIn = ({ mesh, organizations }: MeshInView, { key }: OwnedResource, caller: string): boolean =>
  mesh.resources.has(key) && mayRead(mesh, caller, organizations) === undefined;

/** The owners of meshes that may hold the resource, to be looked at when the account's own does not. */
export function otherOwners(
  offers: readonly OfferedMesh[],
  { account, meshName }: OwnedResource,
  caller: string,
): readonly string[] {
  const offering = offers.filter((offer) => offer.meshName === meshName).map(({ owner }) => owner);
  return [...new Set([caller, ...offering])].filter((owner) => owner !== account);
}

/** Those of the meshes that hold the resource and that the caller may see; more than one leaves open which is meant. */
export const holdersOf = <M extends MeshInView>(
  meshes: readonly M[],
  place: OwnedResource,
  caller: string,
): readonly M[] =>
  meshes.filter((one) => one.mesh.resources.get(place.key)?.owner === place.account && isIn(one, place, caller));

/**
 * Where a resource is that none of the meshes holds: in the account's own, there or not, unless the account itself asks, has
 * no mesh of this name and was offered one alone: then it has left that one, or the resource is to be looked for there.
 */
export const meantWithout = <M extends MeshInView>(
  own: M,
  others: readonly M[],
  place: OwnedResource,
  caller: string,
): M => (caller === place.account && meshOf(own.mesh) === undefined && others.length === 1 ? (others[0] ?? own) : own);

/** What would say which of several meshes is meant. */
export const meantIn = (meshes: readonly MeshInView[], { meshName, key }: OwnedResource): string =>
  meshes
    .map(({ mesh }) => `mesh/${meshName}@${mesh.owner}/${key}`)
    .sort()
    .join(' or ');
