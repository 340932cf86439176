// What a share grants, as the meshes in it have it in their own streams.
import type { GrantedShare } from '../access.ts';
import type { MeshAccessChanged } from '../event.ts';
import type { MeshState } from '../state.ts';
import type { Share } from './share.ts';

/** The principals that a share grants a mesh to, ordered; none when it does not. */
function granted(share: Share | undefined, meshName: string): readonly string[] {
  if (share?.status !== 'ACTIVE' || share.meshes.get(meshName)?.standing !== 'granted') return [];
  const principals = [...share.principals.values()].filter(({ standing }) => standing === 'granted');
  return [...new Set(principals.map(({ grant }) => grant))].sort();
}

const same = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((text, index) => text === right[index]);

/** The meshes that a share grants otherwise after a change than before. */
export function meshesTouched(before: Share | undefined, after: Share | undefined): readonly string[] {
  const names = new Set([...(before?.meshes.keys() ?? []), ...(after?.meshes.keys() ?? [])]);
  return [...names].filter((name) => !same(granted(before, name), granted(after, name))).sort();
}

/** What happens to a mesh when a share of its owner has changed; the grants of other shares stay. */
export function accessAfter(mesh: MeshState, share: Share): MeshAccessChanged {
  const principals = granted(share, mesh.meshName);
  const others = mesh.shares.filter((one) => one.share !== share.id);
  const own: readonly GrantedShare[] = principals.length === 0 ? [] : [{ share: share.id, principals }];
  const shares = [...others, ...own].sort((left, right) => (left.share < right.share ? -1 : 1));
  return { type: 'MeshAccessChanged', shares };
}
