// A resource that a call of ours names as text: found in its mesh, if the caller may know of it.
import type { Actor } from '#events/event.ts';
import { arnOf, keyOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import { meshOwnerOf, parseResource } from '#events/resource-text.ts';
import { mayRead } from '#events/sharing.ts';
import { arnIn, type MeshState, meshOf, type Resource } from '#events/state.ts';
import { demand, type PolicySource } from './authorize.ts';
import type { Ledger } from './ledger.ts';
import { granted, Refused } from './refused.ts';

export interface FoundResource {
  readonly mesh: MeshState;
  readonly resource: Resource;
  readonly arn: string;
}

export interface FindParts {
  readonly ledger: Ledger;
  readonly policies: PolicySource;
  readonly region: string;
}

/** Finds the resource; the caller needs the permission that `actionFor` names for its kind. */
export async function findResource(
  { ledger, policies, region }: FindParts,
  text: string,
  caller: Actor,
  actionFor: (kind: Resource['kind']) => string,
): Promise<FoundResource> {
  const written = parseResource(text);
  if (written === undefined || (written.region ?? region) !== region) {
    const rule = `Member must be an ARN in ${region}, mesh/M/virtualNode/N or mesh/M@OWNER/virtualNode/N`;
    throw new Refused(invalid('resource', `Value '${text}' at 'resource' failed to satisfy constraint: ${rule}`));
  }
  const { meshName, key } = written;
  const mesh = granted(await ledger.mesh(meshOwnerOf(written, caller.accountId), meshName));
  const resource = mesh.resources.get(key);
  const arn =
    resource === undefined ? arnOf({ region, account: mesh.owner, meshName, key }) : arnIn(mesh, region, resource);
  await demand(policies, caller, actionFor(kindOf(key)), [arn]);
  granted(mayRead(mesh, caller.accountId) ?? {});
  if (meshOf(mesh) === undefined)
    throw new Refused({ refused: 'not-found', what: `mesh ${meshName} of account ${mesh.owner}` });
  if (resource === undefined) throw new Refused({ refused: 'not-found', what: `${key} in mesh ${meshName}` });
  return { mesh, resource, arn };
}

const kindOf = (key: string): Resource['kind'] =>
  key === 'mesh' ? 'mesh' : (key.split('/').at(-2) as Resource['kind']);

/** Refuses what only an Envoy's resource can be asked for. */
export function proxyOnly({ resource }: FoundResource): void {
  if (resource.kind === 'virtualNode' || resource.kind === 'virtualGateway') return;
  const text = `${keyOf(resource)}: only a virtual node or a virtual gateway has Envoys`;
  throw new Refused(invalid('resource', `Value at 'resource' failed to satisfy constraint: ${text}`));
}
