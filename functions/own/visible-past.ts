// How far back a caller may look: the owner of a mesh to its first commit, a consumer to where it was granted the mesh.
import { historyFrom, type MeshInView } from '#events/sharing.ts';
import { granted } from '../refused.ts';
import type { Past } from './past.ts';

export interface VisiblePast {
  /** The first sequence whose state may be shown. */
  readonly from: number;
  /** The first sequence that may be shown as a change. */
  readonly changesFrom: number;
}

/** Who came into an organization sees what was there then, and what has changed since. */
export async function visibleFrom(
  past: Past,
  { mesh, organizations }: MeshInView,
  account: string,
): Promise<VisiblePast> {
  const { from, notBefore } = granted(historyFrom(mesh, account, organizations));
  if (notBefore === 0) return { from, changesFrom: from };
  const then = await past.sequenceAt(mesh, notBefore);
  return { from: Math.max(from, then), changesFrom: Math.max(from, then + 1) };
}
