// Rules on one document that the contract's shapes cannot say, one file a noun. They are App Mesh's: each names the
// sentence that it is known from, and docs/compatibility.md says which are choices because no sentence is known.
import { overlongCertificates } from './certificate-arns.ts';
import type { Fault } from './model/validate.ts';
import type { Kind, ResourceRef } from './names.ts';
import { gatewayRouteFaults } from './rules/gateway-route.ts';
import { listenerFaults } from './rules/listener.ts';
import { nameFaults } from './rules/name.ts';
import { routeFaults } from './rules/route.ts';
import { virtualNodeFaults } from './rules/virtual-node.ts';
import type { Spec, Specs } from './spec.ts';

type Table = { readonly [K in Kind]: (spec: Specs[K]) => readonly Fault[] };

const table: Table = {
  mesh: () => [],
  virtualNode: virtualNodeFaults,
  virtualRouter: (spec) => listenerFaults(spec.listeners ?? []),
  route: routeFaults,
  virtualService: () => [],
  virtualGateway: (spec) => listenerFaults(spec.listeners),
  gatewayRoute: gatewayRouteFaults,
};

/** The faults of a spec that has its shape; what other documents say is asked in agreement.ts. */
export function specFaults(kind: Kind, spec: Spec): readonly Fault[] {
  return [...(table[kind] as (spec: Spec) => readonly Fault[])(spec), ...overlongCertificates(spec)];
}

/** The faults of a document that has its shape, and of its name. */
export function faultsOf(ref: ResourceRef, spec: Spec): readonly Fault[] {
  return [...nameFaults(ref), ...specFaults(ref.kind, spec)];
}
