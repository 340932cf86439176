// Who answers for a cluster, as Envoy's ClusterLoadAssignment.
import { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import type { Locality } from '../graph/graph.ts';
import { socketAddress } from './address.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Where it is asked whether it is well, if elsewhere. */
  readonly healthPort?: number;
}

/** Of several localities those of the least priority are used as long as they are well. */
export function localityAssignment(
  clusterName: string,
  localities: readonly Locality[],
  endpointAt: (address: string) => Endpoint,
): ClusterLoadAssignment {
  return ClusterLoadAssignment.fromPartial({
    clusterName,
    endpoints: localities.map(({ zone, priority, addresses }) => ({
      ...(zone !== undefined && { locality: { zone } }),
      priority,
      lbEndpoints: addresses.map((address) => lbEndpoint(endpointAt(address))),
    })),
  });
}

export function loadAssignment(clusterName: string, endpoints: readonly Endpoint[]): ClusterLoadAssignment {
  const lbEndpoints = endpoints.map(lbEndpoint);
  return ClusterLoadAssignment.fromPartial({
    clusterName,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  });
}

function lbEndpoint({ address, port, healthPort = port }: Endpoint) {
  const healthCheckConfig = healthPort === port ? undefined : { portValue: healthPort };
  const value = { address: socketAddress(address, port), healthCheckConfig };
  return { hostIdentifier: { $case: 'endpoint', value } } as const;
}
