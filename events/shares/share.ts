// A resource share as its owner's account has it, and the pointers to shares of others. Times are milliseconds since the
// epoch.
import type { Map as PersistentMap } from 'immutable';
import type { Tag } from '../event.ts';

/** `offering`: those who may use the mesh are yet to be pointed to it; `ending`: those pointers are to be taken back. */
export type MeshStanding = 'offering' | 'granted' | 'ending' | 'ended';
/** As that of a mesh; `invited`: it has to accept first; `refused`: it rejected the invitation. */
export type PrincipalStanding = MeshStanding | 'invited' | 'refused';

interface Changed {
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** The version of the owner's stream that made it stand so. */
  readonly sequence: number;
}

export interface ShareMesh extends Changed {
  readonly meshName: string;
  readonly standing: MeshStanding;
}

export interface SharePrincipal extends Changed {
  /** As the owner named it: an account's id, or the ARN of a unit or an organization. */
  readonly principal: string;
  readonly standing: PrincipalStanding;
  /** Its form in the grants of meshes. */
  readonly grant: string;
  readonly external: boolean;
  readonly invitation?: { readonly id: string; readonly invitedAt: number };
}

export interface Share extends Changed {
  readonly id: string;
  readonly name: string;
  readonly allowExternalPrincipals: boolean;
  readonly retained: boolean;
  readonly tags: readonly Tag[];
  readonly status: 'ACTIVE' | 'DELETING' | 'DELETED';
  readonly meshes: PersistentMap<string, ShareMesh>;
  readonly principals: PersistentMap<string, SharePrincipal>;
}

/** Whether a mesh is in the share, or about to be. */
export const holdsMesh = ({ standing }: ShareMesh): boolean => standing === 'offering' || standing === 'granted';
/** Whether a principal is in the share, or about to be once it has accepted. */
export const holdsPrincipal = ({ standing }: SharePrincipal): boolean =>
  standing === 'offering' || standing === 'invited' || standing === 'granted';
