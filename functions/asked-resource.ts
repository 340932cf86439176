// A resource of a mesh as the caller's policies are asked about it, and no more of it than the caller may know.
import type { Actor } from '#events/event.ts';
import { arnOf, type Key } from '#events/names.ts';
import { type MeshInView, mayRead } from '#events/sharing.ts';
import { arnIn } from '#events/state.ts';
import type { AskedResource } from './authorize.ts';

/**
 * Its owner and tags are for those who may see the mesh: to everybody else it looks the same whether it is there or not.
 * What is not there would be the caller's, once made.
 */
export function askedResource(
  { mesh, organizations }: MeshInView,
  caller: Actor,
  region: string,
  key: Key,
): AskedResource {
  const { meshName, owner } = mesh;
  const arn = (account: string) => arnOf({ region, account, meshName, key });
  if (mayRead(mesh, caller.accountId, organizations) !== undefined) return { arn: arn(owner) };
  const resource = mesh.resources.get(key);
  if (resource !== undefined) return { arn: arnIn(mesh, region, resource), tags: resource.tags };
  return { arn: arn(key === 'mesh' ? owner : caller.accountId) };
}
