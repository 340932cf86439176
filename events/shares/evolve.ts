// What happens to resource shares, folded: (shares, event, commit) -> shares.
import { Map as PersistentMap } from 'immutable';
import type { Commit } from '../event.ts';
import type { MeshAssociation, PrincipalAssociation, ShareAssociationsChanged, ShareEvent } from './event.ts';
import { holdsMesh, type Share, type ShareMesh, type SharePrincipal } from './share.ts';

export type Shares = PersistentMap<string, Share>;

/** How long what has ended is still told of ("up to two hours", RAM user guide, "Deleting a resource share"). */
export const rememberedFor = 2 * 3_600_000;

/** The shares of an account after one more event. Throws on an event that cannot follow (a damaged log). */
export function withShareEvent(shares: Shares, event: ShareEvent, commit: Commit): Shares {
  if (event.type === 'ShareCreated') return shares.set(event.share, created(event, commit));
  const share = shares.get(event.share);
  if (share === undefined) throw new Error(`${commit.stream} has no share ${event.share} to change`);
  const put = (change: Partial<Share>): Shares =>
    shares.set(share.id, { ...share, ...change, lastUpdatedAt: commit.time, sequence: commit.version });
  switch (event.type) {
    case 'ShareUpdated':
      return put({ name: event.name, allowExternalPrincipals: event.allowExternalPrincipals });
    case 'ShareTagsChanged':
      return put({ tags: event.tags });
    case 'ShareAssociationsChanged':
      return shares.set(share.id, associated(share, event, commit));
    case 'ShareDeletionBegun':
      return put({ status: 'DELETING' });
    case 'ShareDeleted':
      return put({ status: 'DELETED' }).filter((one) => one.status !== 'DELETED' || !isPast(one, commit.time));
  }
}

/** Whether something that has ended is not even told of any more. */
export const isPast = ({ lastUpdatedAt }: { readonly lastUpdatedAt: number }, time: number): boolean =>
  lastUpdatedAt + rememberedFor <= time;

/** The shares after a mesh was deleted: it is in none of them any more, and pointers to it are to be taken back. */
export function withoutMesh(shares: Shares, meshName: string, commit: Commit): Shares {
  return shares.map((share) => {
    const mesh = share.meshes.get(meshName);
    if (mesh === undefined || !holdsMesh(mesh)) return share;
    return { ...share, meshes: withMesh(share.meshes, { meshName, standing: 'ending' }, commit) };
  });
}

function created(event: Extract<ShareEvent, { type: 'ShareCreated' }>, { time, version }: Commit): Share {
  const { share, name, allowExternalPrincipals, retained = false, tags } = event;
  return {
    ...{ id: share, name, allowExternalPrincipals, retained, tags, status: 'ACTIVE' },
    ...{ createdAt: time, lastUpdatedAt: time, sequence: version },
    meshes: PersistentMap(),
    principals: PersistentMap(),
  };
}

function associated(share: Share, event: ShareAssociationsChanged, commit: Commit): Share {
  const meshes = event.meshes.reduce((all, mesh) => withMesh(all, mesh, commit), kept(share.meshes, commit));
  const principals = event.principals.reduce(
    (all, principal) => withPrincipal(all, principal, commit),
    kept(share.principals, commit),
  );
  return { ...share, meshes, principals };
}

function kept<A extends ShareMesh | SharePrincipal>(all: PersistentMap<string, A>, commit: Commit) {
  const gone = (one: A): boolean => one.standing === 'ended' && isPast(one, commit.time);
  return all.some(gone) ? all.filter((one) => !gone(one)) : all;
}

function withMesh(all: Share['meshes'], { meshName, standing }: MeshAssociation, commit: Commit): Share['meshes'] {
  const createdAt = standing === 'offering' ? commit.time : (all.get(meshName)?.createdAt ?? commit.time);
  return all.set(meshName, {
    meshName,
    standing,
    createdAt,
    lastUpdatedAt: commit.time,
    sequence: commit.version,
  });
}

function withPrincipal(all: Share['principals'], change: PrincipalAssociation, commit: Commit): Share['principals'] {
  const { principal, standing, grant, external, invitation } = change;
  const changed = { standing, lastUpdatedAt: commit.time, sequence: commit.version };
  const before = all.get(principal);
  if (grant === undefined) {
    if (before === undefined) throw new Error(`${commit.stream} knows nothing of the principal ${principal}`);
    return all.set(principal, { ...before, ...changed });
  }
  return all.set(principal, {
    ...{ principal, grant, external: external ?? false, createdAt: commit.time, ...changed },
    ...(invitation !== undefined && { invitation: { id: invitation, invitedAt: commit.time } }),
  });
}
