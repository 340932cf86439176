// How many of what there may be: App Mesh's quotas, each with a number of its own and off unless it is given one.

import type { ResourceRef } from './names.ts';
import type { Refusal } from './refusal.ts';
import { routeProtocols } from './rules/route-protocol.ts';
import type { Spec, Specs } from './spec.ts';
import { type AccountState, type MeshState, memberList } from './state.ts';

/** App Mesh's numbers before anyone asked for more (its quotas, as its makers listed them in 2020). */
export const appMeshQuotas = {
  meshesPerAccount: 15,
  virtualNodesPerMesh: 200,
  virtualRoutersPerMesh: 200,
  virtualServicesPerMesh: 200,
  virtualGatewaysPerMesh: 3,
  routesPerVirtualRouter: 50,
  gatewayRoutesPerVirtualGateway: 10,
  backendsPerVirtualNode: 50,
  weightedTargetsPerRoute: 10,
} as const;

/**
 * The most bytes of a spec as JSON that fit, with all else that a commit tells, into an item of DynamoDB, which ends at
 * 400 KB: the quota `bytesPerSpec` of a log that is kept there.
 */
export const largestSpec = 256 * 1024;

export type Quota = keyof typeof appMeshQuotas | 'bytesPerSpec';

/** `virtualNodesPerMesh` is HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESH. */
export const quotaVariable = (quota: Quota): string =>
  `HEDDLE_QUOTA_${quota.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;

/** The most that there may be of each; a quota that is left out is none. */
export type Quotas = { readonly [Q in Quota]?: number };

interface Counted {
  readonly quota: Quota;
  /** With the document. */
  readonly count: number;
  readonly of: string;
}

/** The refusal of a document that would make more of something than there may be, or undefined. */
export function exceeded(
  quotas: Quotas,
  known: { readonly mesh: MeshState; readonly account: AccountState },
  { type, ref, spec }: { readonly type: 'Create' | 'Update'; readonly ref: ResourceRef; readonly spec: Spec },
): Refusal | undefined {
  const counted = [...(type === 'Create' ? siblings(known, ref) : []), ...contents(ref, spec)];
  // Measured where it is asked for alone: the others count what is counted anyway.
  if (quotas.bytesPerSpec !== undefined) {
    const count = new TextEncoder().encode(JSON.stringify(spec)).length;
    counted.push({ quota: 'bytesPerSpec', count, of: `${ref.kind} ${ref.name}` });
  }
  for (const { quota, count, of } of counted) {
    const limit = quotas[quota];
    if (limit !== undefined && count > limit) return { refused: 'limit-exceeded', quota, limit, of };
  }
  return undefined;
}

function siblings(
  { mesh, account }: { readonly mesh: MeshState; readonly account: AccountState },
  ref: ResourceRef,
): readonly Counted[] {
  if (ref.kind === 'mesh') {
    return [{ quota: 'meshesPerAccount', count: account.meshes.size + 1, of: `account ${account.account}` }];
  }
  const count = (mesh.members.get(memberList(ref.kind, ref.parent))?.size ?? 0) + 1;
  const ofMesh = `mesh ${mesh.meshName}`;
  switch (ref.kind) {
    case 'virtualNode':
      return [{ quota: 'virtualNodesPerMesh', count, of: ofMesh }];
    case 'virtualRouter':
      return [{ quota: 'virtualRoutersPerMesh', count, of: ofMesh }];
    case 'virtualService':
      return [{ quota: 'virtualServicesPerMesh', count, of: ofMesh }];
    case 'virtualGateway':
      return [{ quota: 'virtualGatewaysPerMesh', count, of: ofMesh }];
    case 'route':
      return [{ quota: 'routesPerVirtualRouter', count, of: `virtualRouter ${ref.parent} of ${ofMesh}` }];
    case 'gatewayRoute':
      return [{ quota: 'gatewayRoutesPerVirtualGateway', count, of: `virtualGateway ${ref.parent} of ${ofMesh}` }];
  }
}

function contents(ref: ResourceRef, spec: Spec): readonly Counted[] {
  const of = `${ref.kind} ${ref.name}`;
  if (ref.kind === 'virtualNode') {
    const { backends = [] } = spec as Specs['virtualNode'];
    return [{ quota: 'backendsPerVirtualNode', count: backends.length, of }];
  }
  if (ref.kind !== 'route') return [];
  const route = spec as Specs['route'];
  return (Object.keys(routeProtocols) as (keyof typeof routeProtocols)[]).map((member) => ({
    quota: 'weightedTargetsPerRoute',
    count: route[member]?.action.weightedTargets.length ?? 0,
    of,
  }));
}
