// What a request is about: whose mesh, which resource in it.
import type { Actor } from '#events/event.ts';
import { nameMember, type Operation } from '#events/model/operations.ts';
import { parentKind, parseArn, type ResourceRef, refOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import { Refused } from '../refused.ts';
import type { Request } from './request.ts';

export interface Subject {
  readonly owner: string;
  readonly meshName: string;
  /** The resource that the call names; for lists, the one whose content is listed. */
  readonly ref: ResourceRef;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The subject of a checked request. Without `meshOwner` the caller's own mesh is meant; an ARN names its owner. */
export function subjectOf(operation: Operation, request: Request, caller: Actor, region: string): Subject {
  if (operation.kind === undefined) return subjectOfArn(text(request.resourceArn), region);
  const owner = text(request.meshOwner) || caller.accountId;
  const meshName = text(request.meshName);
  const mesh: ResourceRef = { kind: 'mesh', name: meshName };
  if (operation.kind === 'mesh') return { owner, meshName, ref: mesh };
  const { kind, verb } = operation;
  const parent = kind === 'route' || kind === 'gatewayRoute' ? text(request[nameMember(parentKind[kind])]) : undefined;
  if (verb === 'List') {
    const container =
      kind === 'route' || kind === 'gatewayRoute' ? { kind: parentKind[kind], name: parent ?? '' } : mesh;
    return { owner, meshName, ref: container };
  }
  const name = text(request[nameMember(kind)]);
  return { owner, meshName, ref: parent === undefined ? { kind, name } : { kind, name, parent } };
}

function subjectOfArn(arn: string, region: string): Subject {
  const parsed = parseArn(arn);
  const ref = parsed && refOf(parsed.key);
  if (parsed === undefined || ref === undefined || parsed.region !== region) {
    const rule = `Member must be the ARN of an App Mesh resource in ${region}`;
    throw new Refused(invalid('resourceArn', `Value '${arn}' at 'resourceArn' failed to satisfy constraint: ${rule}`));
  }
  const { account: owner, meshName } = parsed;
  return { owner, meshName, ref: ref.kind === 'mesh' ? { kind: 'mesh', name: meshName } : ref };
}
