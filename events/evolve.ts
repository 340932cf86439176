// What an event means: (state, commit) -> state, for each kind of stream. The same code runs in the API, the
// projector, the streamer, the console's history and the tests.
import { Map as PersistentMap, Set as PersistentSet } from 'immutable';
import type { GrantedShare } from './access.ts';
import { certificatesNamed, knownAfter } from './certificates.ts';
import type { Commit, Event, ResourceCreated, ResourceDeleted } from './event.ts';
import { type Key, keyOf } from './names.ts';
import { offeredAfter } from './offer.ts';
import { referencesOf } from './references.ts';
import { withoutMesh, withShareEvent } from './shares/evolve.ts';
import { sharesOfferedAfter } from './shares/offered.ts';
import type { AccountState, MeshState, Position, Resource, SystemState } from './state.ts';
import { memberList } from './state.ts';
import { rememberToken } from './token.ts';

export function emptyMesh(owner: string, meshName: string, stream = `mesh/${owner}/${meshName}`): MeshState {
  return {
    ...start(stream),
    owner,
    meshName,
    resources: PersistentMap(),
    members: PersistentMap(),
    users: PersistentMap(),
    owners: PersistentMap(),
    shares: [],
    granted: PersistentMap(),
    certificates: PersistentMap(),
    certificateUsers: PersistentMap(),
    tokens: [],
  };
}

export function emptyAccount(account: string): AccountState {
  return {
    ...start(`account/${account}`),
    account,
    meshes: PersistentMap(),
    shares: PersistentMap(),
    offered: PersistentMap(),
    sharesOffered: PersistentMap(),
    tokens: [],
  };
}

export function emptySystem(): SystemState {
  return { ...start('system'), signingKeys: PersistentMap(), writeSchema: 1 };
}

const start = (stream: string): Position => ({ stream, sequence: 0, time: 0 });

const moved = (commit: Commit) => ({ sequence: commit.version, commitId: commit.id, time: commit.time });

/** Folds one commit into the state of its mesh. Throws on an event that is no mesh's (a bug, or a damaged log). */
export function evolveMesh(before: MeshState, commit: Commit): MeshState {
  let state = before;
  for (const event of commit.events) state = evolveMeshEvent(state, event, commit);
  return { ...state, ...moved(commit), tokens: rememberToken(before.tokens, commit, answeredIn(state, commit)) };
}

function evolveMeshEvent(state: MeshState, event: Event, commit: Commit): MeshState {
  switch (event.type) {
    case 'ResourceCreated':
      return withResource(state, created(event, commit));
    case 'ResourceUpdated': {
      const { spec, version } = event;
      return withResource(state, {
        ...existing(state, keyOf(event.ref)),
        spec,
        version,
        lastUpdatedAt: commit.time,
      } as Resource);
    }
    case 'ResourceDeleted':
      return removed(state, event);
    case 'TagsChanged': {
      const key = keyOf(event.ref);
      return { ...state, resources: state.resources.set(key, { ...existing(state, key), tags: event.tags }) };
    }
    case 'MeshAccessChanged':
      return { ...state, shares: event.shares, granted: grantedAfter(state, event.shares, commit.version) };
    case 'CertificateRotated':
    case 'CertificateFailing': {
      const { certificates } = state;
      return { ...state, certificates: certificates.set(event.arn, knownAfter(certificates.get(event.arn), event)) };
    }
    default:
      throw new Error(`${event.type} does not belong into the stream of a mesh`);
  }
}

function grantedAfter({ granted }: MeshState, shares: readonly GrantedShare[], sequence: number): MeshState['granted'] {
  const principals = shares.flatMap((share) => share.principals);
  return PersistentMap(principals.map((principal) => [principal, granted.get(principal) ?? sequence]));
}

function created(event: ResourceCreated, commit: Commit): Resource {
  const { ref, owner, uid, spec, tags } = event;
  return { ...ref, owner, uid, version: 1, createdAt: commit.time, lastUpdatedAt: commit.time, spec, tags } as Resource;
}

function existing(state: MeshState, key: Key): Resource {
  const resource = state.resources.get(key);
  if (resource === undefined) throw new Error(`${state.stream} has no ${key} to change`);
  return resource;
}

/** Puts a resource in its place and keeps the reverse references right. */
export function withResource(state: MeshState, resource: Resource): MeshState {
  const key = keyOf(resource);
  const list = memberList(resource.kind, resource.parent);
  const before = state.resources.get(key);
  return {
    ...state,
    resources: state.resources.set(key, resource),
    members: before === undefined ? addTo(state.members, list, key) : state.members,
    users: pointed(state.users, key, pointers(before), pointers(resource)),
    certificateUsers: certificateUsersAfter(state, key, before, resource),
    owners: counted(counted(state.owners, before?.owner, -1), resource.owner, 1),
  };
}

function removed(state: MeshState, event: ResourceDeleted): MeshState {
  const key = keyOf(event.ref);
  const before = existing(state, key);
  const next = {
    ...state,
    resources: state.resources.delete(key),
    members: dropFrom(state.members, memberList(before.kind, before.parent), key),
    users: pointed(state.users, key, pointers(before), []),
    certificateUsers: certificateUsersAfter(state, key, before, undefined),
    owners: counted(state.owners, before.owner, -1),
  };
  // A mesh made again under its old name starts unshared.
  return before.kind === 'mesh' ? { ...next, shares: [], granted: PersistentMap() } : next;
}

function counted(owners: MeshState['owners'], owner: string | undefined, more: 1 | -1): MeshState['owners'] {
  if (owner === undefined) return owners;
  const count = (owners.get(owner) ?? 0) + more;
  return count > 0 ? owners.set(owner, count) : owners.delete(owner);
}

const pointers = (resource: Resource | undefined): readonly Key[] =>
  resource === undefined ? [] : referencesOf(resource.kind, resource.spec).map((reference) => reference.to);

const certificatesOf = (resource: Resource | undefined): readonly string[] =>
  resource === undefined ? [] : certificatesNamed(resource.owner, resource.spec);

function certificateUsersAfter(
  { certificateUsers }: MeshState,
  key: Key,
  before: Resource | undefined,
  after: Resource | undefined,
): Index {
  const named = certificatesOf(after);
  // Most meshes name none.
  if (named.length === 0 && certificateUsers.isEmpty()) return certificateUsers;
  return pointed(certificateUsers, key, certificatesOf(before), named);
}

type Index = PersistentMap<string, PersistentSet<Key>>;

function pointed(users: Index, from: Key, before: readonly Key[], after: readonly Key[]): Index {
  let index = users;
  for (const to of before) if (!after.includes(to)) index = dropFrom(index, to, from);
  for (const to of after) if (!before.includes(to)) index = addTo(index, to, from);
  return index;
}

const addTo = (index: Index, at: string, key: Key): Index =>
  index.set(at, (index.get(at) ?? PersistentSet<Key>()).add(key));

function dropFrom(index: Index, at: string, key: Key): Index {
  const rest = index.get(at)?.delete(key);
  return rest === undefined || rest.isEmpty() ? index.delete(at) : index.set(at, rest);
}

/** The resource that a commit's call answered with, as it was right after it. */
function answeredIn(state: MeshState, commit: Commit): Omit<Resource, 'spec' | 'tags'> | undefined {
  const event = commit.events.find((one) => one.type === 'ResourceCreated' || one.type === 'ResourceUpdated');
  if (event === undefined || !('ref' in event)) return undefined;
  const resource = state.resources.get(keyOf(event.ref));
  if (resource === undefined) return undefined;
  const { spec: _spec, tags: _tags, ...answer } = resource;
  return answer;
}

/** Folds one commit into the state of its account. */
export function evolveAccount(before: AccountState, commit: Commit): AccountState {
  let { meshes, shares, offered, sharesOffered } = before;
  for (const event of commit.events) {
    switch (event.type) {
      case 'MeshListed': {
        const { meshName, uid, version, createdAt } = event;
        meshes = meshes.set(meshName, { meshName, uid, version, createdAt, lastUpdatedAt: commit.time });
        break;
      }
      case 'MeshUnlisted':
        meshes = meshes.delete(event.meshName);
        shares = withoutMesh(shares, event.meshName, commit);
        break;
      case 'ShareCreated':
      case 'ShareUpdated':
      case 'ShareTagsChanged':
      case 'ShareAssociationsChanged':
      case 'ShareDeletionBegun':
      case 'ShareDeleted':
        shares = withShareEvent(shares, event, commit);
        break;
      case 'SharesOffered':
        sharesOffered = sharesOfferedAfter(sharesOffered, event);
        break;
      case 'MeshOffered':
      case 'MeshOfferEnded':
        offered = offeredAfter(offered, event);
        break;
      default:
        throw new Error(`${event.type} does not belong into the stream of an account`);
    }
  }
  return {
    ...before,
    ...moved(commit),
    meshes,
    shares,
    offered,
    sharesOffered,
    tokens: rememberToken(before.tokens, commit, undefined),
  };
}

/** Folds one commit into the state of the installation. */
export function evolveSystem(before: SystemState, commit: Commit): SystemState {
  let { signingKeys, organization, writeSchema } = before;
  for (const event of commit.events) {
    switch (event.type) {
      case 'SigningKeyAdded':
        signingKeys = signingKeys.set(event.kid, event.publicKey);
        break;
      case 'OrganizationNamed':
        organization = event.organization;
        break;
      case 'WriteSchemaRaised':
        writeSchema = Math.max(writeSchema, event.schema);
        break;
      default:
        throw new Error(`${event.type} does not belong into the stream of the system`);
    }
  }
  return { ...before, ...moved(commit), signingKeys, ...(organization !== undefined && { organization }), writeSchema };
}
