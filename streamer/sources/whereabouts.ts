// Where a resource is that an Envoy names by its owner alone: read from the log whenever such an Envoy comes.
import { accountFolding, organizationFolding, systemFolding } from '#events/folding.ts';
import { accountStream, meshStream, organizationStream, systemStream } from '#events/names.ts';
import type { OrganizationState } from '#events/organization.ts';
import type { AccountState, SystemState } from '#events/state.ts';
import type { EventStore } from '#events/store.ts';
import {
  holdersOf,
  isIn,
  meantIn,
  meantWithout,
  type OwnedResource,
  offersTo,
  otherOwners,
} from '#events/whereabouts.ts';
import { stateCache } from '#store/cache.ts';
import type { FollowedMesh, MeshSource } from './meshes.ts';

/** The stream of the mesh; or a text that names those between which it cannot be told. Rejects when the log fails. */
export type Whereabouts = (
  place: OwnedResource,
  caller: string,
) => Promise<{ readonly stream: string } | { readonly ambiguous: string }>;

export function whereabouts(events: EventStore, meshes: Pick<MeshSource, 'follow' | 'release'>): Whereabouts {
  const accounts = stateCache<AccountState>({ store: events, folding: accountFolding });
  const organizations = stateCache<OrganizationState>({ store: events, folding: organizationFolding });
  const systems = stateCache<SystemState>({ store: events, folding: systemFolding });

  async function look(owner: string, meshName: string): Promise<FollowedMesh> {
    const stream = meshStream(owner, meshName);
    const found = await meshes.follow(stream);
    meshes.release(stream);
    return found;
  }

  async function organizationOf(account: string): Promise<OrganizationState | undefined> {
    const { organization } = (await systems.load(systemStream)).state;
    if (organization === undefined) return undefined;
    const { state } = await organizations.load(organizationStream(organization));
    return state.accounts.has(account) ? state : undefined;
  }

  return async (place, caller) => {
    const { account, meshName } = place;
    const own = await look(account, meshName);
    if (isIn(own, place, caller)) return { stream: own.mesh.stream };
    const { state } = await accounts.load(accountStream(account));
    const owners = otherOwners(offersTo(state, await organizationOf(account)), place, caller);
    const found = await Promise.all(owners.map((owner) => look(owner, meshName)));
    const holding = holdersOf(found, place, caller);
    if (holding.length > 1) return { ambiguous: meantIn(holding, place) };
    return { stream: (holding[0] ?? meantWithout(own, found, place, caller)).mesh.stream };
  };
}
