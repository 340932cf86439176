// Who answers for a cluster, as Envoy's ClusterLoadAssignment.
import { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import { socketAddress } from './address.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Where it is asked whether it is well, if elsewhere. */
  readonly healthPort?: number;
}

export function loadAssignment(clusterName: string, endpoints: readonly Endpoint[]): ClusterLoadAssignment {
  const lbEndpoints = endpoints.map(({ address, port, healthPort = port }) => {
    const healthCheckConfig = healthPort === port ? undefined : { portValue: healthPort };
    const value = { address: socketAddress(address, port), healthCheckConfig };
    return { hostIdentifier: { $case: 'endpoint', value } } as const;
  });
  return ClusterLoadAssignment.fromPartial({
    clusterName,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  });
}
