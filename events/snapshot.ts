// A mesh's state as JSON and back. What can be worked out again (reverse references, lists) is not written.
import { Map as PersistentMap } from 'immutable';
import type { GrantedShare } from './access.ts';
import { emptyMesh, withResource } from './evolve.ts';
import { meshOfStream } from './names.ts';
import type { CertificateState, MeshState, Resource } from './state.ts';
import type { UsedToken } from './token.ts';

/** The schema of the states in snapshots: raised when a state's meaning changes, old snapshots are then passed over. */
export const stateSchema = 2;

interface WrittenMesh {
  readonly sequence: number;
  readonly commitId?: string;
  readonly time: number;
  readonly shares: readonly GrantedShare[];
  readonly granted: readonly (readonly [string, number])[];
  /** Left out where there are none. */
  readonly certificates?: readonly (readonly [string, CertificateState])[];
  readonly resources: readonly Resource[];
  readonly tokens: readonly { readonly hour: number; readonly used: readonly (readonly [string, UsedToken])[] }[];
}

/** The state as plain JSON, in an order of its own: equal states give equal text. */
export function meshToJson(state: MeshState): unknown {
  const written: WrittenMesh = {
    sequence: state.sequence,
    ...(state.commitId !== undefined && { commitId: state.commitId }),
    time: state.time,
    shares: state.shares,
    granted: [...state.granted.entries()].sort(byKey),
    ...(state.certificates.size > 0 && { certificates: [...state.certificates.entries()].sort(byKey) }),
    resources: [...state.resources.entries()].sort(byKey).map(([, resource]) => resource),
    tokens: state.tokens.map(({ hour, used }) => ({ hour, used: [...used.entries()].sort(byKey) })),
  };
  return written;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The state that `meshToJson` wrote; throws when the stream is no mesh's. */
export function meshFromJson(stream: string, json: unknown): MeshState {
  const mesh = meshOfStream(stream);
  if (mesh === undefined) throw new Error(`${stream} is not the stream of a mesh`);
  const { sequence, commitId, time, shares, granted, certificates = [], resources, tokens } = json as WrittenMesh;
  const state = resources.reduce(withResource, emptyMesh(mesh.owner, mesh.meshName));
  return {
    ...state,
    sequence,
    ...(commitId !== undefined && { commitId }),
    time,
    shares,
    granted: PersistentMap(granted),
    certificates: PersistentMap(certificates),
    tokens: tokens.map(({ hour, used }) => ({ hour, used: PersistentMap(used) })),
  };
}
