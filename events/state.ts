// What is, folded from what happened: a mesh with everything in it, the account's list of meshes, and the system's.
// Maps are persistent, so that an event costs O(log n) and every version held stays readable.
import type { Map as PersistentMap, Set as PersistentSet } from 'immutable';
import type { GrantedShare } from './access.ts';
import type { Tag } from './event.ts';
import { arnOf, type Key, type Kind, keyOf, type ResourceRef, refOf } from './names.ts';
import type { OfferedMesh } from './offer.ts';
import type { OfferedShares } from './shares/offered.ts';
import type { Share } from './shares/share.ts';
import type { Specs } from './spec.ts';
import type { TokenMemory } from './token.ts';

/** A resource as it is; times are milliseconds since the epoch, `version` counts from 1 in this life of the name. */
export interface Resource<K extends Kind = Kind> {
  readonly kind: K;
  readonly name: string;
  /** The router of a route, the gateway of a gateway route. */
  readonly parent?: string;
  readonly owner: string;
  readonly uid: string;
  readonly version: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly spec: Specs[K];
  readonly tags: readonly Tag[];
}

/** Where a folded state stands in its stream. `sequence` 0 and no commit: nothing happened yet. */
export interface Position {
  readonly stream: string;
  readonly sequence: number;
  readonly commitId?: string;
  readonly time: number;
}

export interface MeshState extends Position {
  readonly owner: string;
  readonly meshName: string;
  /** All resources by key, the mesh itself under `mesh`; empty when the mesh was never made or is deleted. */
  readonly resources: PersistentMap<Key, Resource>;
  /** Keys by kind, or by parent for routes (`route/R`) and gateway routes (`gatewayRoute/G`). */
  readonly members: PersistentMap<string, PersistentSet<Key>>;
  /** Who refers to a key, there or not: the reverse of the table of references. */
  readonly users: PersistentMap<Key, PersistentSet<Key>>;
  /** How many resources each account owns here. */
  readonly owners: PersistentMap<string, number>;
  readonly shares: readonly GrantedShare[];
  /** Every principal of the shares, with the place in the stream since which it is granted without a break. */
  readonly granted: PersistentMap<string, number>;
  /** What was last said of the certificates that it uses, by their ARNs. */
  readonly certificates: PersistentMap<string, CertificateState>;
  /** Who names a certificate, by its ARN. */
  readonly certificateUsers: PersistentMap<string, PersistentSet<Key>>;
  readonly tokens: TokenMemory;
}

/** `serial` is blank of one that was never seen; `failing` says why the newest look at it brought nothing good. */
export interface CertificateState {
  readonly serial: string;
  readonly notBefore?: number;
  readonly notAfter: number;
  readonly failing?: string;
}

/** A mesh of an account, as `ListMeshes` shows it. */
export interface ListedMesh {
  readonly meshName: string;
  readonly uid: string;
  readonly version: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
}

export interface AccountState extends Position {
  readonly account: string;
  readonly meshes: PersistentMap<string, ListedMesh>;
  /** The resource shares that the account owns, by id. */
  readonly shares: PersistentMap<string, Share>;
  /** The shares of others that concern this very account, by their owner. */
  readonly sharesOffered: PersistentMap<string, OfferedShares>;
  /** Meshes of others that it was offered, by their stream. */
  readonly offered: PersistentMap<string, OfferedMesh>;
  readonly tokens: TokenMemory;
}

export interface SystemState extends Position {
  readonly signingKeys: PersistentMap<string, Readonly<Record<string, string>>>;
  /** The organization that accounts may be in. */
  readonly organization?: string;
  readonly writeSchema: number;
}

/** The place in `members` where keys of a kind are kept. */
export function memberList(kind: Kind, parent?: string): string {
  return parent === undefined ? kind : `${kind}/${parent}`;
}

/** The resource of a kind by its name, or undefined. */
export function find<K extends Kind>(
  state: MeshState,
  kind: K,
  name: string,
  parent?: string,
): Resource<K> | undefined {
  const ref: ResourceRef = parent === undefined ? { kind, name } : { kind, name, parent };
  return state.resources.get(keyOf(ref)) as Resource<K> | undefined;
}

/** The mesh itself, or undefined when it does not exist. */
export const meshOf = (state: MeshState): Resource<'mesh'> | undefined => find(state, 'mesh', state.meshName);

const sortedKeys = new WeakMap<PersistentSet<Key>, readonly Key[]>();

/** All resources of a kind (of one parent, for routes and gateway routes), ordered by name. */
export function list<K extends Kind>(state: MeshState, kind: K, parent?: string): readonly Resource<K>[] {
  const keys = state.members.get(memberList(kind, parent));
  if (keys === undefined) return [];
  let sorted = sortedKeys.get(keys);
  if (sorted === undefined) {
    sorted = [...keys].sort();
    sortedKeys.set(keys, sorted);
  }
  return sorted.map((key) => state.resources.get(key) as Resource<K>);
}

/** The keys that refer to a key (directly), ordered. */
export const usersOf = (state: MeshState, key: Key): readonly Key[] => [...(state.users.get(key) ?? [])].sort();

/** The reference of a resource inside its mesh. */
export function refOfResource(resource: Pick<Resource, 'kind' | 'name' | 'parent'>): ResourceRef {
  const { kind, name, parent } = resource;
  return parent === undefined ? { kind, name } : { kind, name, parent };
}

/** The ARN of a resource of this mesh; its account is the resource's owner. */
export function arnIn(
  state: MeshState,
  region: string,
  resource: Pick<Resource, 'kind' | 'name' | 'parent' | 'owner'>,
): string {
  return arnOf({ region, account: resource.owner, meshName: state.meshName, key: keyOf(refOfResource(resource)) });
}

/** The resource that a key names, or undefined. */
export function findKey(state: MeshState, key: Key): Resource | undefined {
  return refOf(key) === undefined ? undefined : state.resources.get(key);
}
