// The last step of what was under way in a share: everybody concerned has been pointed to it.
import type { MeshAssociation, PrincipalAssociation, ShareEvent } from './event.ts';
import type { Share } from './share.ts';
import type { Pointed } from './work.ts';

/** What has changed once more meanwhile is left for the next time. */
export function settled(share: Share, pointed: Pointed): readonly ShareEvent[] {
  const meshes = pointed.meshes.flatMap(([meshName, sequence]): readonly MeshAssociation[] => {
    const mesh = share.meshes.get(meshName);
    if (mesh?.sequence !== sequence) return [];
    if (mesh.standing === 'offering') return [{ meshName, standing: 'granted' }];
    return mesh.standing === 'ending' ? [{ meshName, standing: 'ended' }] : [];
  });
  const principals = pointed.principals.flatMap(([principal, sequence]): readonly PrincipalAssociation[] => {
    const found = share.principals.get(principal);
    if (found?.sequence !== sequence) return [];
    if (found.standing === 'ending') return [{ principal, standing: 'ended' }];
    if (found.standing !== 'offering') return [];
    return [{ principal, standing: found.invitation === undefined ? 'granted' : 'invited' }];
  });
  const changed = meshes.length + principals.length > 0;
  return [
    ...(changed ? [{ type: 'ShareAssociationsChanged', share: share.id, meshes, principals } as const] : []),
    ...(share.status === 'DELETING' && isEmpty(share, meshes, principals)
      ? [{ type: 'ShareDeleted', share: share.id } as const]
      : []),
  ];
}

/** Whether nothing is in the share any more after these changes. */
function isEmpty(
  { meshes, principals }: Share,
  leavingMeshes: readonly MeshAssociation[],
  leavingPrincipals: readonly PrincipalAssociation[],
): boolean {
  const names = new Set(leavingMeshes.map(({ meshName }) => meshName));
  const texts = new Set(leavingPrincipals.map(({ principal }) => principal));
  return (
    meshes.every(({ meshName, standing }) => standing === 'ended' || names.has(meshName)) &&
    principals.every(({ principal, standing }) => standing === 'ended' || texts.has(principal))
  );
}
