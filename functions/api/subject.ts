// What a request is about: whose mesh, which resource in it.
import type { Actor } from '#events/event.ts';
import { nameMember, type Operation } from '#events/model/operations.ts';
import { parentKind, parseArn, type ResourceArn, type ResourceRef, refOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import type { MeshInView } from '#events/sharing.ts';
import type { Ledger } from '../ledger.ts';
import { meshHolding, meshInView } from '../mesh-in-view.ts';
import { Refused } from '../refused.ts';
import type { Request } from './request.ts';

export interface Subject {
  readonly owner: string;
  readonly meshName: string;
  /** The resource that the call names; for lists, the one whose content is listed. */
  readonly ref: ResourceRef;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The subject of a checked request with its mesh. Without `meshOwner` the caller's own mesh is meant. */
export async function findSubject(
  ledger: Ledger,
  operation: Operation,
  request: Request,
  { caller, region }: { readonly caller: Actor; readonly region: string },
): Promise<{ readonly subject: Subject; readonly view: MeshInView }> {
  if (operation.kind !== undefined) {
    const subject = subjectOf(operation, request, caller);
    return { subject, view: await meshInView(ledger, subject.owner, subject.meshName) };
  }
  const { account, meshName, key, ref } = placeOfArn(text(request.resourceArn), region);
  const view = await meshHolding(ledger, caller.accountId, { account, meshName, key, member: 'resourceArn' });
  return { subject: { owner: view.mesh.owner, meshName, ref }, view };
}

function subjectOf(operation: Operation, request: Request, caller: Actor): Subject {
  const owner = text(request.meshOwner) || caller.accountId;
  const meshName = text(request.meshName);
  const mesh: ResourceRef = { kind: 'mesh', name: meshName };
  if (operation.kind === undefined || operation.kind === 'mesh') return { owner, meshName, ref: mesh };
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

function placeOfArn(arn: string, region: string): ResourceArn & Pick<Subject, 'ref'> {
  const parsed = parseArn(arn);
  const ref = parsed && refOf(parsed.key);
  if (parsed === undefined || ref === undefined || parsed.region !== region) {
    const rule = `Member must be the ARN of an App Mesh resource in ${region}`;
    throw new Refused(invalid('resourceArn', `Value '${arn}' at 'resourceArn' failed to satisfy constraint: ${rule}`));
  }
  return { ...parsed, ref: ref.kind === 'mesh' ? { kind: 'mesh', name: parsed.meshName } : ref };
}
