// What happens to resource shares. The owner's stream holds a share, its meshes and its principals; the streams of
// those whom it is offered to hold pointers. What a mesh grants is in the mesh's own stream (MeshAccessChanged).
import type { Tag } from '../event.ts';
import type { MeshStanding, PrincipalStanding } from './share.ts';

/** A share came to be, without meshes or principals. */
export interface ShareCreated {
  readonly type: 'ShareCreated';
  readonly share: string;
  readonly name: string;
  readonly allowExternalPrincipals: boolean;
  /** Accounts of the organization keep what they were granted when they leave it. */
  readonly retained?: boolean;
  readonly tags: readonly Tag[];
}

/** A share has another name, or other principals may be added to it. */
export interface ShareUpdated {
  readonly type: 'ShareUpdated';
  readonly share: string;
  readonly name: string;
  readonly allowExternalPrincipals: boolean;
}

/** The tags of a share, all of them, after a change. */
export interface ShareTagsChanged {
  readonly type: 'ShareTagsChanged';
  readonly share: string;
  readonly tags: readonly Tag[];
}

export interface MeshAssociation {
  readonly meshName: string;
  readonly standing: MeshStanding;
}

export interface PrincipalAssociation {
  /** As the owner named it. */
  readonly principal: string;
  readonly standing: PrincipalStanding;
  /** With a new association: its form in the grants of meshes, and whether it is outside of the owner's organization. */
  readonly grant?: string;
  readonly external?: boolean;
  /** With a new association that needs to be accepted: the id of the invitation. */
  readonly invitation?: string;
}

/** Meshes and principals of a share stand differently; those that are not named stand as before. */
export interface ShareAssociationsChanged {
  readonly type: 'ShareAssociationsChanged';
  readonly share: string;
  readonly meshes: readonly MeshAssociation[];
  readonly principals: readonly PrincipalAssociation[];
}

/** The share grants nothing any more; pointers to it are yet to be taken back. */
export interface ShareDeletionBegun {
  readonly type: 'ShareDeletionBegun';
  readonly share: string;
}

/** Nothing points to the share any more. */
export interface ShareDeleted {
  readonly type: 'ShareDeleted';
  readonly share: string;
}

/**
 * A pointer, in the stream of an account or an organization: the shares of `owner` that concern it, all of them. It comes
 * with pointers to the meshes of these shares, and grants nothing. `asOf` is the version of the owner's stream that it was
 * read off: an older one never replaces a newer one.
 */
export interface SharesOffered {
  readonly type: 'SharesOffered';
  readonly owner: string;
  readonly shares: readonly string[];
  readonly asOf: number;
}

export type ShareEvent =
  | ShareCreated
  | ShareUpdated
  | ShareTagsChanged
  | ShareAssociationsChanged
  | ShareDeletionBegun
  | ShareDeleted;
