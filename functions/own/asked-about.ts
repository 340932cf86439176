// What a question about what runs is of: the meshes, and in each the nodes and gateways that a resource concerns.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { arnOf, type Key, keyOf } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { affected } from '#streamer/graph/affected.ts';
import { demand } from '../authorize.ts';
import { callerOf } from '../caller.ts';
import { granted } from '../refused.ts';
import { describing, type FindParts, findResource } from '../resource.ts';
import { type VisibleMesh, visibleMeshes } from '../visible-meshes.ts';
import { isPermitted } from './permission.ts';

export interface Asked {
  readonly mesh: MeshState;
  readonly proxies: ReadonlySet<Key> | 'all';
}

export interface Question {
  readonly resource?: string | undefined;
  readonly meshOwner?: string | undefined;
}

/** Without a resource, all meshes of the caller's account that it may see. */
export async function askedAbout(
  parts: FindParts,
  event: APIGatewayProxyEvent,
  { resource = '', meshOwner }: Question,
): Promise<readonly Asked[]> {
  if (resource === '') {
    const meshes = await describableMeshes(parts, event);
    return meshes.map((mesh) => ({ mesh, proxies: 'all' }));
  }
  const { mesh, resource: found } = await findResource(
    parts,
    event,
    { resource, ...(meshOwner && { meshOwner }) },
    describing,
  );
  return [{ mesh, proxies: concerned(mesh, keyOf(found)) }];
}

/** The proxies that a resource has a part in; a node and a gateway have the one that runs as it. */
function concerned(mesh: MeshState, key: Key): Asked['proxies'] {
  const { kind } = mesh.resources.get(key) ?? {};
  return kind === 'virtualNode' || kind === 'virtualGateway' ? new Set([key]) : affected(mesh, mesh, [key]);
}

async function describableMeshes(parts: FindParts, event: APIGatewayProxyEvent): Promise<readonly MeshState[]> {
  const { ledger, region } = parts;
  const { accountId } = callerOf(event);
  const all = await visibleMeshes(ledger, accountId);
  const wanted = ({ owner: account, meshName }: VisibleMesh) => ({
    action: describing('mesh'),
    resources: [{ arn: arnOf({ region, account, meshName, key: 'mesh' }) }],
  });
  const visible: VisibleMesh[] = [];
  for (const mesh of all) if (await isPermitted(parts, event, wanted(mesh))) visible.push(mesh);
  // Who may see none of several meshes is told so, rather than that there are no Envoys.
  if (visible.length === 0) await demand(parts, event, all.map(wanted));
  return Promise.all(visible.map(async ({ owner, meshName }) => granted(await ledger.mesh(owner, meshName))));
}
