// A resource that a call of ours names as text: found in its mesh, if the caller may know of it.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Kind, keyOf, type ResourceRef, refOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import { parseResource } from '#events/resource-text.ts';
import { type MeshInView, mayRead } from '#events/sharing.ts';
import { meshOf, type Resource } from '#events/state.ts';
import { askedResource } from './asked-resource.ts';
import { type AuthorizationParts, demand } from './authorize.ts';
import { callerOf } from './caller.ts';
import type { Ledger } from './ledger.ts';
import { meshHolding, meshInView } from './mesh-in-view.ts';
import { granted, Refused } from './refused.ts';

export interface FoundResource extends MeshInView {
  readonly resource: Resource;
  readonly arn: string;
}

export interface FindParts extends AuthorizationParts {
  readonly ledger: Ledger;
}

/** A place in a mesh that a call names; a resource may be there or not. */
export interface FoundPlace extends MeshInView {
  readonly ref: ResourceRef;
  readonly resource: Resource | undefined;
  readonly arn: string;
}

/** A resource as a call names it: `meshOwner` is for texts that do not say whose mesh they mean. */
export interface NamedResource {
  readonly resource: string;
  readonly meshOwner?: string;
}

type ActionFor = (kind: Kind) => string;

/** Finds the place; the caller needs the permission that `actionFor` names for its kind, and access to the mesh. */
export async function findPlace(
  parts: FindParts,
  event: APIGatewayProxyEvent,
  { resource: text, meshOwner }: NamedResource,
  actionFor: ActionFor,
): Promise<FoundPlace> {
  const { ledger, region } = parts;
  const caller = callerOf(event);
  const written = parseResource(text);
  const ref = written && refOf(written.key);
  if (written === undefined || ref === undefined || (written.region ?? region) !== region) {
    const rule = `Member must be an ARN in ${region}, mesh/M/virtualNode/N or mesh/M@OWNER/virtualNode/N`;
    throw new Refused(invalid('resource', `Value '${text}' at 'resource' failed to satisfy constraint: ${rule}`));
  }
  if (meshOwner !== undefined && written.meshOwner !== undefined && meshOwner !== written.meshOwner) {
    const rule = `Member must be the owner that 'resource' names`;
    throw new Refused(
      invalid('meshOwner', `Value '${meshOwner}' at 'meshOwner' failed to satisfy constraint: ${rule}`),
    );
  }
  const { meshName, key } = written;
  const owner = meshOwner ?? written.meshOwner;
  const { account = caller.accountId } = written;
  const place =
    owner === undefined
      ? await meshHolding(ledger, caller.accountId, { account, meshName, key, member: 'resource' })
      : await meshInView(ledger, owner, meshName);
  const { mesh, organizations } = place;
  const asked = askedResource(place, caller, region, key);
  await demand(parts, event, [{ action: actionFor(ref.kind), resources: [asked] }]);
  granted(mayRead(mesh, caller.accountId, organizations) ?? {});
  const { arn } = asked;
  const resource = mesh.resources.get(key);
  return { mesh, organizations, ref: ref.kind === 'mesh' ? { ...ref, name: meshName } : ref, resource, arn };
}

/** Finds the resource; the caller needs the permission that `actionFor` names for its kind. */
export async function findResource(
  parts: FindParts,
  event: APIGatewayProxyEvent,
  named: NamedResource,
  actionFor: ActionFor,
): Promise<FoundResource> {
  const { mesh, organizations, ref, resource, arn } = await findPlace(parts, event, named, actionFor);
  if (meshOf(mesh) === undefined)
    throw new Refused({ refused: 'not-found', what: `mesh ${mesh.meshName} of account ${mesh.owner}` });
  if (resource === undefined)
    throw new Refused({ refused: 'not-found', what: `${keyOf(ref)} in mesh ${mesh.meshName}` });
  return { mesh, organizations, resource, arn };
}

/** `appmesh:DescribeVirtualNode` */
export const describing: ActionFor = (kind) => `appmesh:Describe${capital(kind)}`;
/** `appmesh:UpdateVirtualNode` */
export const updating: ActionFor = (kind) => `appmesh:Update${capital(kind)}`;

const capital = (kind: Kind): string => kind.charAt(0).toUpperCase() + kind.slice(1);

/** Refuses what only an Envoy's resource can be asked for. */
export function proxyOnly({ resource }: FoundResource): void {
  if (resource.kind === 'virtualNode' || resource.kind === 'virtualGateway') return;
  const text = `${keyOf(resource)}: only a virtual node or a virtual gateway has Envoys`;
  throw new Refused(invalid('resource', `Value at 'resource' failed to satisfy constraint: ${text}`));
}
