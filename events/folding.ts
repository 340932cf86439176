// How the state of each kind of stream is made from its commits, whoever reads them: start, evolve, snapshot.
import type { Commit } from './event.ts';
import { emptyAccount, emptyMesh, emptySystem, evolveAccount, evolveMesh, evolveSystem } from './evolve.ts';
import { meshOfStream } from './names.ts';
import { emptyOrganization, evolveOrganization, type OrganizationState } from './organization.ts';
import { upcast } from './schema.ts';
import { meshFromJson, meshToJson, stateSchema } from './snapshot.ts';
import type { AccountState, MeshState, Position, SystemState } from './state.ts';

interface Unreadable {
  readonly unreadable: string;
}

const position = {
  versionOf: (state: Position): number => state.sequence,
  commitIdOf: (state: Position): string | undefined => state.commitId,
};

/** A release stops at a commit of a newer schema: it keeps what it has and says so. */
function reading<S>(evolve: (state: S, commit: Commit) => S): (state: S, commit: Commit) => S | Unreadable {
  return (state, commit) => {
    const current = upcast(commit);
    if ('newer' in current) return { unreadable: `it was written by a newer release, in schema ${current.newer}` };
    return evolve(state, current);
  };
}

export const meshFolding = {
  ...position,
  initial: (stream: string): MeshState => {
    const mesh = meshOfStream(stream);
    if (mesh === undefined) throw new Error(`${stream} is not the stream of a mesh`);
    return emptyMesh(mesh.owner, mesh.meshName);
  },
  evolve: reading(evolveMesh),
  snapshot: { schema: stateSchema, toJson: meshToJson, fromJson: meshFromJson },
};

export const accountFolding = {
  ...position,
  initial: (stream: string): AccountState => emptyAccount(stream.slice(stream.indexOf('/') + 1)),
  evolve: reading(evolveAccount),
};

export const organizationFolding = {
  ...position,
  initial: (stream: string): OrganizationState => emptyOrganization(stream.slice(stream.indexOf('/') + 1)),
  evolve: reading(evolveOrganization),
};

export const systemFolding = {
  ...position,
  initial: (): SystemState => emptySystem(),
  evolve: reading(evolveSystem),
};
