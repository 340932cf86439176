// The closed union of things that happened, and the commit that carries them. An event holds what changed in full,
// so that a reader needs no other source; it never holds a private key or a token of an Envoy.
import type { GrantedShare } from './access.ts';
import type { ResourceRef } from './names.ts';
import type { MembershipEvent } from './organization-event.ts';
import type { ShareEvent, SharesOffered } from './shares/event.ts';
import type { Spec } from './spec.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A resource came to be; `owner` is the account that owns the resource, `uid` marks this life of its name. */
export interface ResourceCreated {
  readonly type: 'ResourceCreated';
  readonly ref: ResourceRef;
  readonly owner: string;
  readonly uid: string;
  readonly spec: Spec;
  readonly tags: readonly Tag[];
}

/** A resource got a new spec; `version` is the resource's own, counted from 1. */
export interface ResourceUpdated {
  readonly type: 'ResourceUpdated';
  readonly ref: ResourceRef;
  readonly uid: string;
  readonly version: number;
  readonly spec: Spec;
}

/** A resource ceased to be; `version` is the one that the answer to its deletion shows. */
export interface ResourceDeleted {
  readonly type: 'ResourceDeleted';
  readonly ref: ResourceRef;
  readonly uid: string;
  readonly version: number;
}

/** The tags of a resource, all of them, after a change. */
export interface TagsChanged {
  readonly type: 'TagsChanged';
  readonly ref: ResourceRef;
  readonly tags: readonly Tag[];
}

/** Who besides its owner may use the mesh: all grants in full. */
export interface MeshAccessChanged {
  readonly type: 'MeshAccessChanged';
  readonly shares: readonly GrantedShare[];
}

/** A certificate that the mesh uses is another one now; times are milliseconds since the epoch. */
export interface CertificateRotated {
  readonly type: 'CertificateRotated';
  readonly arn: string;
  readonly serial: string;
  /** Missing in commits that were written before it was told. */
  readonly notBefore?: number;
  readonly notAfter: number;
}

/** A certificate that the mesh uses cannot be had, or is no good: what is known of it stays in use. */
export interface CertificateFailing {
  readonly type: 'CertificateFailing';
  readonly arn: string;
  readonly reason: string;
}

/** The account has this mesh, as its lists show it (times are milliseconds since the epoch). */
export interface MeshListed {
  readonly type: 'MeshListed';
  readonly meshName: string;
  readonly uid: string;
  readonly version: number;
  readonly createdAt: number;
}

/** The account has this mesh no more. */
export interface MeshUnlisted {
  readonly type: 'MeshUnlisted';
  readonly meshName: string;
}

/**
 * A pointer: the account, or whoever is in the organization, may have been granted this mesh. It is written before the
 * grant and believed only if the mesh confirms it.
 */
export interface MeshOffered {
  readonly type: 'MeshOffered';
  readonly meshOwner: string;
  readonly meshName: string;
}

/** The pointer leads nowhere any more. */
export interface MeshOfferEnded {
  readonly type: 'MeshOfferEnded';
  readonly meshOwner: string;
  readonly meshName: string;
}

/** The public half of a key that signs the tokens of Envoys, as a JSON Web Key. */
export interface SigningKeyAdded {
  readonly type: 'SigningKeyAdded';
  readonly kid: string;
  readonly publicKey: Readonly<Record<string, string>>;
}

/** The organization that the installation's accounts may be in; before, or with another id, another one. */
export interface OrganizationNamed {
  readonly type: 'OrganizationNamed';
  readonly organization: string;
}

/** Writers write this schema from here on. */
export interface WriteSchemaRaised {
  readonly type: 'WriteSchemaRaised';
  readonly schema: number;
}

export type MeshEvent =
  | ResourceCreated
  | ResourceUpdated
  | ResourceDeleted
  | TagsChanged
  | MeshAccessChanged
  | CertificateRotated
  | CertificateFailing;
export type AccountEvent = MeshListed | MeshUnlisted | ShareEvent | SharesOffered | MeshOffered | MeshOfferEnded;
export type OrganizationEvent = MembershipEvent | SharesOffered | MeshOffered | MeshOfferEnded;
export type SystemEvent = SigningKeyAdded | OrganizationNamed | WriteSchemaRaised;
export type Event = MeshEvent | AccountEvent | OrganizationEvent | SystemEvent;

/** Who caused a commit. */
export interface Actor {
  readonly accountId: string;
  readonly arn: string;
}

/** A client's token for one call, with the hash of the request that first came with it. */
export interface ClientToken {
  readonly token: string;
  readonly operation: string;
  readonly hash: string;
}

/**
 * What one call appended to one stream: versions of a stream are 1, 2, 3 … without a gap, `time` is milliseconds since
 * the epoch and never runs backwards in a stream. A call that appends to several streams gives its commits one `id`.
 */
export interface Commit {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly time: number;
  readonly schema: number;
  readonly actor: Actor;
  readonly requestId: string;
  /** The client's name for itself (the user agent), when it gave one; commits of earlier releases have none. */
  readonly client?: string;
  readonly clientToken?: ClientToken;
  /** The place in the stream whose spec this commit brought back, when it is a rollback. */
  readonly restored?: number;
  readonly events: readonly Event[];
}
