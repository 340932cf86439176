// Who may use a mesh besides its owner, as state of the mesh. The rules that read it stand in sharing.ts, the forms of a
// principal in principal.ts.

/** One resource share that grants the mesh to its principals (see principal.ts). */
export interface GrantedShare {
  /** The id of the share, which the mesh's owner owns. */
  readonly share: string;
  readonly principals: readonly string[];
}
