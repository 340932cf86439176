// All meshes that an account may see, in the order in which lists show them: its own, and those of others that it was
// offered and that confirm it.
import { mayRead } from '#events/sharing.ts';
import { type ListedMesh, type MeshState, meshOf } from '#events/state.ts';
import type { Ledger } from './ledger.ts';
import { meshInView, offersOf } from './mesh-in-view.ts';
import { granted } from './refused.ts';

/** A mesh in a list. */
export interface VisibleMesh extends ListedMesh {
  readonly owner: string;
}

/** Orders meshes by name, those of one name by owner. A blank is before all that a name may hold. */
export const placeOf = ({ meshName, owner }: Pick<VisibleMesh, 'meshName' | 'owner'>): string => `${meshName} ${owner}`;

// Pointers that the mesh does not confirm cost a look each: as many at once as a page is likely to need.
const together = 25;

/** At most `most` meshes, those after a place alone. */
export async function visibleMeshes(
  ledger: Ledger,
  account: string,
  { after = '', most = Number.MAX_SAFE_INTEGER }: { readonly after?: string | undefined; readonly most?: number } = {},
): Promise<readonly VisibleMesh[]> {
  const own = granted(await ledger.account(account)).meshes;
  const listed = [...own.values()].map((mesh) => ({
    place: placeOf({ ...mesh, owner: account }),
    look: async () => ({ ...mesh, owner: account }),
  }));
  const offered = (await offersOf(ledger, account)).map((offer) => ({
    place: placeOf(offer),
    look: () => confirmed(ledger, account, offer),
  }));
  const candidates = [...listed, ...offered]
    .filter(({ place }) => place > after)
    .sort((left, right) => (left.place < right.place ? -1 : 1));
  const visible: VisibleMesh[] = [];
  for (let at = 0; at < candidates.length && visible.length < most; at += together) {
    const looked = await Promise.all(candidates.slice(at, at + together).map(({ look }) => look()));
    visible.push(...looked.filter((mesh) => mesh !== undefined));
  }
  return visible.slice(0, most);
}

async function confirmed(
  ledger: Ledger,
  account: string,
  { owner, meshName }: Pick<MeshState, 'owner' | 'meshName'>,
): Promise<VisibleMesh | undefined> {
  const { mesh, organizations } = await meshInView(ledger, owner, meshName);
  const resource = meshOf(mesh);
  if (resource === undefined || mayRead(mesh, account, organizations) !== undefined) return undefined;
  const { uid, version, createdAt, lastUpdatedAt } = resource;
  return { owner, meshName, uid, version, createdAt, lastUpdatedAt };
}
