// Who may use a mesh besides its owner, as state of the mesh. The rules that read it stand in sharing.ts.

/** One resource share that grants the mesh to its principals (account ids, or ARNs of units and organizations). */
export interface GrantedShare {
  readonly share: string;
  readonly principals: readonly string[];
}
