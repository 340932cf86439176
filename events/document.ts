// A resource as the API shows it: its document (Describe, Create, Update, Delete) and its line in a list.
// Times are seconds since the epoch, as numbers, with milliseconds as a fraction.
import { nameMember } from './model/operations.ts';
import { arnOf, parentKind } from './names.ts';
import { arnIn, type ListedMesh, type MeshState, type Resource } from './state.ts';

export type Document = Readonly<Record<string, unknown>>;

const seconds = (milliseconds: number): number => milliseconds / 1000;

function identity(mesh: MeshState, resource: Pick<Resource, 'kind' | 'name' | 'parent'>): Document {
  const { kind, name, parent } = resource;
  const own = kind === 'mesh' ? {} : { [nameMember(kind)]: name };
  const above = kind === 'route' || kind === 'gatewayRoute' ? { [nameMember(parentKind[kind])]: parent } : {};
  return { meshName: mesh.meshName, ...above, ...own };
}

/** The document of a resource of a mesh, `status` ACTIVE unless it was just deleted. */
export function documentOf(
  mesh: MeshState,
  region: string,
  resource: Resource,
  status: 'ACTIVE' | 'DELETED' = 'ACTIVE',
): Document {
  return {
    ...identity(mesh, resource),
    metadata: {
      arn: arnIn(mesh, region, resource),
      createdAt: seconds(resource.createdAt),
      lastUpdatedAt: seconds(resource.lastUpdatedAt),
      meshOwner: mesh.owner,
      resourceOwner: resource.owner,
      uid: resource.uid,
      version: resource.version,
    },
    spec: resource.spec,
    status: { status },
  };
}

/** The line of a resource in a list of its kind. */
export function lineOf(mesh: MeshState, region: string, resource: Resource): Document {
  return {
    ...identity(mesh, resource),
    arn: arnIn(mesh, region, resource),
    createdAt: seconds(resource.createdAt),
    lastUpdatedAt: seconds(resource.lastUpdatedAt),
    meshOwner: mesh.owner,
    resourceOwner: resource.owner,
    version: resource.version,
  };
}

/** The line of a mesh in the list of its account's meshes. */
export function lineOfMesh(account: string, region: string, mesh: ListedMesh): Document {
  return {
    meshName: mesh.meshName,
    arn: arnOf({ region, account, meshName: mesh.meshName, key: 'mesh' }),
    createdAt: seconds(mesh.createdAt),
    lastUpdatedAt: seconds(mesh.lastUpdatedAt),
    meshOwner: account,
    resourceOwner: account,
    version: mesh.version,
  };
}
