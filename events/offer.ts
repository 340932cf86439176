// Pointers from an account or an organization to meshes that it was offered. The mesh itself decides who may use it: a
// pointer only tells where to look.
import type { Map as PersistentMap } from 'immutable';
import type { MeshOfferEnded, MeshOffered } from './event.ts';
import { meshStream } from './names.ts';

export interface OfferedMesh {
  readonly owner: string;
  readonly meshName: string;
}

type Offers = PersistentMap<string, OfferedMesh>;

/** The pointers, by the stream of the mesh, after one more event. */
export function offeredAfter(
  before: Offers,
  { type, meshOwner: owner, meshName }: MeshOffered | MeshOfferEnded,
): Offers {
  const stream = meshStream(owner, meshName);
  return type === 'MeshOffered' ? before.set(stream, { owner, meshName }) : before.delete(stream);
}
