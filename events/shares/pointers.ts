// Pointers put right: what must happen in the stream of an account or of an organization for it to point to what an
// owner's shares say.
import type { MeshOfferEnded, MeshOffered } from '../event.ts';
import type { OfferedMesh } from '../offer.ts';
import type { SharesOffered } from './event.ts';
import type { OfferedShares } from './offered.ts';
import type { Pointers } from './work.ts';

/** The pointers that a stream has. */
interface Pointing {
  readonly offered: { values(): Iterable<OfferedMesh> };
  readonly sharesOffered: { get(owner: string): OfferedShares | undefined };
}

/** `asOf`: the version of the owner's stream that `wanted` was read off. */
export function pointerEvents(
  state: Pointing,
  owner: string,
  wanted: Pointers,
  asOf: number,
): readonly (SharesOffered | MeshOffered | MeshOfferEnded)[] {
  const before = state.sharesOffered.get(owner);
  // Somebody has read the owner's stream later and has been here already.
  if (before !== undefined && before.asOf >= asOf) return [];
  const known = [...state.offered.values()].filter((mesh) => mesh.owner === owner).map(({ meshName }) => meshName);
  const added = wanted.meshNames.filter((meshName) => !known.includes(meshName));
  const ended = known.filter((meshName) => !wanted.meshNames.includes(meshName));
  if (before === undefined && wanted.shares.length === 0 && ended.length === 0) return [];
  return [
    ...ended.map((meshName) => ({ type: 'MeshOfferEnded', meshOwner: owner, meshName }) as const),
    ...added.map((meshName) => ({ type: 'MeshOffered', meshOwner: owner, meshName }) as const),
    { type: 'SharesOffered', owner, shares: wanted.shares, asOf },
  ];
}
