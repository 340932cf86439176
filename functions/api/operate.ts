// What each verb of the API does with a checked and permitted request: reads show the state, writes run a command.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Command } from '#events/command.ts';
import { type Document, documentOf, lineOf, lineOfMesh } from '#events/document.ts';
import type { Actor, ClientToken, Tag } from '#events/event.ts';
import { shapes } from '#events/model/contract.ts';
import type { Operation } from '#events/model/operations.ts';
import { keyOf } from '#events/names.ts';
import { type MeshInView, mayRead, mayReadTags } from '#events/sharing.ts';
import type { Spec } from '#events/spec.ts';
import { list, meshOf, type Resource } from '#events/state.ts';
import type { Ledger, Outcome } from '../ledger.ts';
import { granted, Refused } from '../refused.ts';
import { placeOf, visibleMeshes } from '../visible-meshes.ts';
import { page, startOf } from './pages.ts';
import type { Request } from './request.ts';
import type { Subject } from './subject.ts';

/** A call that is checked, signed and permitted. */
export interface Permitted extends MeshInView {
  readonly operation: Operation;
  readonly request: Request;
  readonly subject: Subject;
  readonly caller: Actor;
  readonly requestId: string;
  readonly client?: string | undefined;
  readonly region: string;
}

/** The body of the answer, and for writes the place in the mesh's stream where they stand. */
export interface Answer {
  readonly body: unknown;
  readonly sequence?: number;
}

export async function operate(ledger: Ledger, call: Permitted): Promise<Answer> {
  switch (call.operation.verb) {
    case 'Describe':
      return { body: documentOf(call.mesh, call.region, visible(call)) };
    case 'List':
      return { body: await listed(ledger, call) };
    case 'ListTagsForResource': {
      const resource = visible(call);
      granted(mayReadTags(call.mesh, call.caller.accountId, resource) ?? {});
      const { items, nextToken } = page(
        call.operation,
        String(call.request.resourceArn),
        call.request,
        resource.tags,
        (tag) => tag.key,
      );
      return { body: { tags: items, nextToken } };
    }
    case 'Create':
    case 'Update':
    case 'Delete':
    case 'TagResource':
    case 'UntagResource':
      return write(ledger, call, commandOf(call));
  }
}

/** The resource that a call is about, if the caller may see it and it is there. */
function visible({ mesh, organizations, caller, subject }: Permitted): Resource {
  granted(mayRead(mesh, caller.accountId, organizations) ?? {});
  if (meshOf(mesh) === undefined)
    throw new Refused({ refused: 'not-found', what: `mesh ${mesh.meshName} of account ${mesh.owner}` });
  const resource = mesh.resources.get(keyOf(subject.ref));
  if (resource !== undefined) return resource;
  throw new Refused({ refused: 'not-found', what: `${keyOf(subject.ref)} in mesh ${mesh.meshName}` });
}

/** The member of an operation's output that holds the items of a list. */
function itemsMember(operation: Operation): string {
  const output = shapes[operation.output];
  const members = output?.type === 'structure' ? Object.entries(output.members) : [];
  const found = members.find(([, member]) => shapes[member.shape]?.type === 'list');
  if (found === undefined) throw new Error(`${operation.name} lists nothing`);
  return found[0];
}

async function listed(ledger: Ledger, call: Permitted): Promise<Document> {
  const { operation, request, region, subject } = call;
  if (operation.kind === 'mesh') {
    const { accountId } = call.caller;
    const { after, limit } = startOf(operation, accountId, request);
    const meshes = await visibleMeshes(ledger, accountId, { after, most: limit + 1 });
    const { items, nextToken } = page(operation, accountId, request, meshes, placeOf);
    return { meshes: items.map((mesh) => lineOfMesh(mesh.owner, region, mesh)), nextToken };
  }
  if (operation.kind === undefined) throw new Error(`${operation.name} is no list of resources`);
  const container = visible(call);
  const all = list(call.mesh, operation.kind, container.kind === 'mesh' ? undefined : container.name);
  const scope = `${subject.owner}/${subject.meshName}/${keyOf(subject.ref)}`;
  const { items, nextToken } = page(operation, scope, request, all, (resource) => resource.name);
  return { [itemsMember(operation)]: items.map((resource) => lineOf(call.mesh, region, resource)), nextToken };
}

function commandOf({ operation, request, subject, caller }: Permitted): Command {
  const { ref } = subject;
  const token = tokenOf(operation, request);
  const spec = (request.spec ?? {}) as Spec;
  switch (operation.verb) {
    case 'Create':
      return { type: 'Create', ref, spec, tags: (request.tags ?? []) as readonly Tag[], ...(token && { token }) };
    case 'Update':
      return { type: 'Update', ref, spec, ...(token && { token }) };
    case 'Delete':
      return { type: 'Delete', ref };
    case 'TagResource':
      return { type: 'Tag', ref, tags: request.tags as readonly Tag[] };
    case 'UntagResource':
      return { type: 'Untag', ref, keys: request.tagKeys as readonly string[] };
    default:
      throw new Error(`${operation.name} of ${caller.arn} changes nothing`);
  }
}

function tokenOf(operation: Operation, request: Request): ClientToken | undefined {
  const { clientToken, ...rest } = request;
  if (typeof clientToken !== 'string') return undefined;
  const hash = createHash('sha256')
    .update(canonicalize(rest) ?? '')
    .digest('hex');
  return { token: clientToken, operation: operation.name, hash };
}

async function write(ledger: Ledger, call: Permitted, command: Command): Promise<Answer> {
  const { subject, mesh: read, caller, requestId, client } = call;
  const { owner, meshName } = subject;
  const outcome = granted(await ledger.run({ owner, meshName, read, command, caller, requestId, client }));
  return {
    body: call.operation.kind === undefined ? {} : documentAfter(call, outcome),
    sequence: outcome.commit.version,
  };
}

function documentAfter({ subject, region }: Permitted, outcome: Exclude<Outcome, { refused: string }>): Document {
  if (outcome.done === 'repeated') {
    const { answer } = outcome.decision.used;
    const event = outcome.commit.events.find((one) => one.type === 'ResourceCreated' || one.type === 'ResourceUpdated');
    if (answer === undefined || event === undefined || !('spec' in event))
      throw new Error('a used token without its answer');
    return documentOf(outcome.state, region, { ...answer, spec: event.spec, tags: [] });
  }
  const key = keyOf(subject.ref);
  const after = outcome.after.resources.get(key);
  if (after !== undefined) return documentOf(outcome.after, region, after);
  const before = outcome.before.resources.get(key);
  if (before === undefined) throw new Error(`${key} is neither before nor after`);
  const { time } = outcome.commit;
  return documentOf(outcome.before, region, { ...before, version: before.version + 1, lastUpdatedAt: time }, 'DELETED');
}
