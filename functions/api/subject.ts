// What a request is about: whose mesh, which resource in it, and the ARNs that the caller's policies are asked about.
import type { Actor } from '#events/event.ts';
import { nameMember, type Operation } from '#events/model/operations.ts';
import { arnOf, keyOf, parentKind, parseArn, type ResourceRef, refOf } from '#events/names.ts';
import { referencesOf } from '#events/references.ts';
import { invalid } from '#events/refusal.ts';
import type { Spec } from '#events/spec.ts';
import type { MeshState } from '#events/state.ts';
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

/**
 * The ARNs that the caller must be allowed to use: the subject's, and those of what a new document names
 * ("permission on the route and on the target node", App Mesh guide, identity-based policies).
 */
export function resourcesOf(
  operation: Operation,
  subject: Subject,
  spec: Spec | undefined,
  mesh: MeshState,
  caller: Actor,
  region: string,
): readonly string[] {
  if (operation.name === 'ListMeshes') return ['*'];
  const { meshName } = subject;
  const arn = (key: string) =>
    arnOf({
      region,
      account: mesh.resources.get(key)?.owner ?? (key === 'mesh' ? subject.owner : caller.accountId),
      meshName,
      key,
    });
  const own = keyOf(subject.ref);
  if (spec === undefined || operation.kind === undefined) return [arn(own)];
  const named = referencesOf(operation.kind, spec).filter(({ required }) => required);
  return [arn(own), ...new Set(named.map(({ to }) => arn(to)))];
}
