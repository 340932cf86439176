// Owner and consumers: who may read a mesh, who may write into it, who may run an Envoy as one of its resources.
// Only the owner is in a mesh until a share grants it to others; each rule is one sentence of App Mesh's guide
// ("Working with shared meshes").
import type { Kind } from './names.ts';
import type { Refusal } from './refusal.ts';
import type { MeshState, Resource } from './state.ts';

const forbidden = (reason: string): Refusal => ({ refused: 'forbidden', reason });

/** Whether an account may see the mesh and what is in it. */
export function mayRead(state: MeshState, accountId: string): Refusal | undefined {
  if (state.owner === accountId) return undefined;
  return forbidden(`Account ${accountId} has no access to the mesh ${state.meshName} of account ${state.owner}`);
}

/**
 * From which place in the mesh's stream on an account may look back: the owner from the first, a consumer from where it
 * was granted the mesh.
 */
export function historyFrom(state: MeshState, accountId: string): { readonly from: number } | Refusal {
  return mayRead(state, accountId) ?? { from: 1 };
}

/** Whether an account may make a resource of a kind in the mesh: the mesh itself and its gateways only its owner. */
export function mayCreate(state: MeshState, accountId: string, kind: Kind): Refusal | undefined {
  const owners = kind === 'mesh' || kind === 'virtualGateway' || kind === 'gatewayRoute';
  if (!owners || state.owner === accountId) return undefined;
  return forbidden(`Only the owner of the mesh ${state.meshName} may make a ${kind} in it`);
}

/** Whether an account may change a resource: only what it owns. */
export function mayChange(_state: MeshState, accountId: string, resource: Resource): Refusal | undefined {
  if (resource.owner === accountId) return undefined;
  return forbidden(`The ${resource.kind} ${resource.name} is owned by account ${resource.owner}`);
}

/** Whether an account may delete a resource: what it owns, and the owner of the mesh everything. */
export function mayDelete(state: MeshState, accountId: string, resource: Resource): Refusal | undefined {
  return state.owner === accountId ? undefined : mayChange(state, accountId, resource);
}

/** Whether an Envoy of this account may run as a resource: only the resource's owner's may. */
export function mayStream(state: MeshState, accountId: string, resource: Resource): Refusal | undefined {
  return mayRead(state, accountId) ?? mayChange(state, accountId, resource);
}
