// Who may use a mesh besides its owner, as state of the mesh. The rules that read it stand in sharing.ts.

/**
 * One resource share that grants the mesh. Its principals, in the forms that `principalOf` (shares/principal.ts) reads:
 * an account's id, an account as a member of an organization (`o-ID/ACCOUNT`, for as long as it is one), the ARN of an
 * organization or of a unit of one.
 */
export interface GrantedShare {
  /** The id of the share, which the mesh's owner owns. */
  readonly share: string;
  readonly principals: readonly string[];
}
