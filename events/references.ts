// One table of who points at whom. Existence, deletion and the streamer's question "whom does this change concern?"
// all read it; a field of the contract that names another resource is one row here and nothing elsewhere.
import type { WeightedTarget } from './model/shapes.ts';
import { type Key, type Kind, keyOf, type ResourceRef } from './names.ts';
import type { Spec, Specs } from './spec.ts';

/**
 * One pointer in a document. `required`: what it names must exist when the document is written, and cannot be deleted
 * while the pointer stands (App Mesh's guide; a backend may name a service that is not there yet).
 */
export interface Reference {
  readonly to: Key;
  readonly member: string;
  readonly required: boolean;
}

type Table = { readonly [K in Kind]: (spec: Specs[K]) => readonly Reference[] };

const required = (ref: ResourceRef, member: string): Reference => ({ to: keyOf(ref), member, required: true });

const targets = (list: readonly WeightedTarget[], member: string): readonly Reference[] =>
  list.map((target, index) =>
    required(
      { kind: 'virtualNode', name: target.virtualNode },
      `${member}.action.weightedTargets[${index}].virtualNode`,
    ),
  );

const table: Table = {
  mesh: () => [],
  virtualNode: (spec) =>
    (spec.backends ?? []).flatMap((backend, index) => ({
      to: keyOf({ kind: 'virtualService', name: backend.virtualService.virtualServiceName }),
      member: `spec.backends[${index}].virtualService.virtualServiceName`,
      required: false,
    })),
  virtualRouter: () => [],
  route: (spec) =>
    (['httpRoute', 'http2Route', 'grpcRoute', 'tcpRoute'] as const).flatMap((protocol) => {
      const route = spec[protocol];
      return route === undefined ? [] : targets(route.action.weightedTargets, `spec.${protocol}`);
    }),
  virtualService: (spec) => {
    const { virtualNode, virtualRouter } = spec.provider ?? {};
    if (virtualNode !== undefined) {
      const member = 'spec.provider.virtualNode.virtualNodeName';
      return [required({ kind: 'virtualNode', name: virtualNode.virtualNodeName }, member)];
    }
    if (virtualRouter !== undefined) {
      const member = 'spec.provider.virtualRouter.virtualRouterName';
      return [required({ kind: 'virtualRouter', name: virtualRouter.virtualRouterName }, member)];
    }
    return [];
  },
  virtualGateway: () => [],
  gatewayRoute: (spec) =>
    (['httpRoute', 'http2Route', 'grpcRoute'] as const).flatMap((protocol) => {
      const name = spec[protocol]?.action.target.virtualService.virtualServiceName;
      if (name === undefined) return [];
      const member = `spec.${protocol}.action.target.virtualService.virtualServiceName`;
      return [required({ kind: 'virtualService', name }, member)];
    }),
};

/** All pointers in a document, in the document's order. */
export function referencesOf(kind: Kind, spec: Spec): readonly Reference[] {
  return (table[kind] as (spec: Spec) => readonly Reference[])(spec);
}
