// The rules of App Mesh: (state, command) -> what happens, or a refusal. Nothing here throws for a user's mistake, and
// nothing here looks at a clock, a store or the network.
import { disagreements } from './agreement.ts';
import { foreignCertificates } from './certificate-arns.ts';
import type { Circumstances, Command } from './command.ts';
import type { AccountEvent, MeshEvent } from './event.ts';
import { constraint, type Fault } from './model/validate.ts';
import { keyOf, parentKind, type ResourceRef } from './names.ts';
import { exceeded } from './quotas.ts';
import { referencesOf } from './references.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { faultsOf } from './rules.ts';
import { mayChange, mayCreate, mayDelete, mayRead, type Organizations } from './sharing.ts';
import { type AccountState, list, type MeshState, meshOf, type Resource, usersOf } from './state.ts';
import { tagFaults, withTags } from './tags.ts';
import { type UsedToken, usedToken } from './token.ts';

/**
 * The states that decide a command on a mesh: the mesh's own, the account's that owns it, and those of the organizations
 * that it is shared with.
 */
export interface Known {
  readonly mesh: MeshState;
  readonly account: AccountState;
  readonly organizations: Organizations;
}

export type Decision =
  | { readonly decided: 'append'; readonly mesh: readonly MeshEvent[]; readonly account: readonly AccountEvent[] }
  /** The call was made before with this token: its answer is to be given again. */
  | { readonly decided: 'repeat'; readonly used: UsedToken }
  | Refusal;

/** The events that a command leads to. Several refusals may hold: the one that says most about the request wins. */
export function decide(known: Known, command: Command, circumstances: Circumstances): Decision {
  const { mesh, organizations } = known;
  const { accountId } = circumstances.caller;
  const unseen = mayRead(mesh, accountId, organizations);
  if (unseen !== undefined) return unseen;
  if (command.type === 'Create' || command.type === 'Update') {
    const faults = writingFaults(mesh, command, accountId);
    if (faults.length > 0) return { refused: 'invalid', faults };
    const repeated = earlierUse(known, command, circumstances);
    if (repeated !== undefined) return repeated;
  }
  if (meshOf(mesh) === undefined && !(command.type === 'Create' && command.ref.kind === 'mesh')) {
    return { refused: 'not-found', what: `mesh ${mesh.meshName} of account ${mesh.owner}` };
  }
  if (command.type === 'Create') return created(known, command, circumstances);
  const resource = mesh.resources.get(keyOf(command.ref));
  if (resource === undefined) return { refused: 'not-found', what: named(mesh, command.ref) };
  switch (command.type) {
    case 'Update':
      return mayChange(accountId, resource) ?? updated(known, command, circumstances, resource);
    case 'Delete':
      return mayDelete(mesh, accountId, resource) ?? deleted(mesh, command.ref, resource);
    case 'Tag':
      return mayChange(accountId, resource) ?? tagged(mesh, command, resource);
    case 'Untag':
      return (
        mayChange(accountId, resource) ??
        retagged(
          command.ref,
          resource.tags.filter((tag) => !command.keys.includes(tag.key)),
        )
      );
  }
}

/** A resource in words: `virtualNode N of mesh M`. */
function named(mesh: MeshState, ref: ResourceRef): string {
  if (ref.kind === 'mesh') return `mesh ${mesh.meshName}`;
  const parent = ref.kind === 'route' || ref.kind === 'gatewayRoute' ? ` of ${parentKind[ref.kind]} ${ref.parent}` : '';
  return `${ref.kind} ${ref.name}${parent} of mesh ${mesh.meshName}`;
}

type Writing = Extract<Command, { type: 'Create' | 'Update' }>;

/**
 * What a document breaks by itself, with its name and tags. Once there is such a fault, it is told together with what the
 * document names in vain, so that one answer has them all; a document that breaks nothing by itself may yet be a call
 * made again, and is compared with the others later.
 */
function writingFaults(mesh: MeshState, command: Writing, caller: string): readonly Fault[] {
  const { ref, spec } = command;
  const own = [...faultsOf(ref, spec), ...(command.type === 'Create' ? tagFaults(command.tags) : [])];
  if (own.length === 0 || meshOf(mesh) === undefined) return own;
  return [...own, ...misplacements(mesh, command, mesh.resources.get(keyOf(ref))?.owner ?? caller)];
}

// A token may come again with another mesh's name only for CreateMesh: there the account's stream knows it.
function earlierUse(known: Known, command: Writing, { caller, time }: Circumstances): Decision | undefined {
  const { token } = command;
  if (token === undefined) return undefined;
  const used =
    usedToken(known.mesh.tokens, caller.accountId, token, time) ??
    (command.ref.kind === 'mesh' ? usedToken(known.account.tokens, caller.accountId, token, time) : undefined);
  if (used === undefined) return undefined;
  return used.hash === token.hash && used.answer !== undefined
    ? { decided: 'repeat', used }
    : { refused: 'token-reused', operation: token.operation };
}

function created(known: Known, command: Extract<Command, { type: 'Create' }>, circumstances: Circumstances): Decision {
  const { mesh } = known;
  const { ref, spec } = command;
  const { caller, uid, time } = circumstances;
  const forbidden = mayCreate(mesh, caller.accountId, ref.kind);
  if (forbidden !== undefined) return forbidden;
  if (mesh.resources.has(keyOf(ref))) return { refused: 'exists', what: named(mesh, ref) };
  if (ref.kind === 'route' || ref.kind === 'gatewayRoute') {
    const parent: ResourceRef = { kind: parentKind[ref.kind], name: ref.parent ?? '' };
    if (!mesh.resources.has(keyOf(parent))) return { refused: 'not-found', what: named(mesh, parent) };
  }
  const faults = misplacements(mesh, command, caller.accountId);
  if (faults.length > 0) return { refused: 'invalid', faults };
  const beyond = exceeded(circumstances.quotas ?? {}, known, command);
  if (beyond !== undefined) return beyond;
  const tags = withTags([], command.tags, named(mesh, ref));
  if (isRefusal(tags)) return tags;
  const event: MeshEvent = { type: 'ResourceCreated', ref, owner: caller.accountId, uid, spec, tags };
  return {
    decided: 'append',
    mesh: [event],
    account: ref.kind === 'mesh' ? [{ type: 'MeshListed', meshName: ref.name, uid, version: 1, createdAt: time }] : [],
  };
}

function updated(
  known: Known,
  command: Extract<Command, { type: 'Update' }>,
  { quotas = {} }: Circumstances,
  resource: Resource,
): Decision {
  const { ref, spec } = command;
  const faults = misplacements(known.mesh, command, resource.owner);
  if (faults.length > 0) return { refused: 'invalid', faults };
  const beyond = exceeded(quotas, known, command);
  if (beyond !== undefined) return beyond;
  const { uid, createdAt } = resource;
  const version = resource.version + 1;
  return {
    decided: 'append',
    mesh: [{ type: 'ResourceUpdated', ref, uid, version, spec }],
    account: ref.kind === 'mesh' ? [{ type: 'MeshListed', meshName: ref.name, uid, version, createdAt }] : [],
  };
}

/**
 * What a document names must exist (App Mesh answers that with a bad request that names it), and what stands must agree
 * with the document. In the mesh of another, its owner's certificates alone can be named.
 */
function misplacements(mesh: MeshState, { ref, spec }: Writing, owner: string): readonly Fault[] {
  const missing = referencesOf(ref.kind, spec).filter(({ to, required }) => required && !mesh.resources.has(to));
  return [
    ...missing.map(({ to, member }) =>
      constraint(member, to.slice(to.indexOf('/') + 1), `${to} must exist in mesh ${mesh.meshName}`),
    ),
    ...disagreements(mesh, ref, spec),
    ...(owner === mesh.owner ? [] : foreignCertificates(owner, spec)),
  ];
}

function deleted(mesh: MeshState, ref: ResourceRef, resource: Resource): Decision {
  const users = holders(mesh, resource);
  if (users.length > 0) return { refused: 'in-use', what: named(mesh, ref), users };
  return {
    decided: 'append',
    mesh: [{ type: 'ResourceDeleted', ref, uid: resource.uid, version: resource.version + 1 }],
    account: ref.kind === 'mesh' ? [{ type: 'MeshUnlisted', meshName: ref.name }] : [],
  };
}

/** The keys of the resources that keep this one from being deleted. */
function holders(mesh: MeshState, resource: Resource): readonly string[] {
  const key = keyOf(resource);
  switch (resource.kind) {
    case 'mesh':
      return [...mesh.resources.keys()].filter((one) => one !== 'mesh').sort();
    case 'virtualRouter':
      return [...list(mesh, 'route', resource.name).map(keyOf), ...requiringUsers(mesh, key)];
    case 'virtualGateway':
      return list(mesh, 'gatewayRoute', resource.name).map(keyOf);
    default:
      return requiringUsers(mesh, key);
  }
}

function requiringUsers(mesh: MeshState, key: string): readonly string[] {
  return usersOf(mesh, key).filter((userKey) => {
    const user = mesh.resources.get(userKey);
    return user !== undefined && referencesOf(user.kind, user.spec).some(({ to, required }) => required && to === key);
  });
}

function tagged(mesh: MeshState, { ref, tags }: Extract<Command, { type: 'Tag' }>, resource: Resource): Decision {
  const faults = tagFaults(tags);
  if (faults.length > 0) return { refused: 'invalid', faults };
  return retagged(ref, withTags(resource.tags, tags, named(mesh, ref)));
}

function retagged(ref: ResourceRef, tags: Resource['tags'] | Refusal): Decision {
  if (isRefusal(tags)) return tags;
  return { decided: 'append', mesh: [{ type: 'TagsChanged', ref, tags }], account: [] };
}
