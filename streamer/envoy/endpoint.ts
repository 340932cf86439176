// Who answers for a cluster, as Envoy's ClusterLoadAssignment.
import { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import { socketAddress } from './address.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export function loadAssignment(clusterName: string, endpoints: readonly Endpoint[]): ClusterLoadAssignment {
  const lbEndpoints = endpoints.map(({ address, port }) => {
    return { hostIdentifier: { $case: 'endpoint', value: { address: socketAddress(address, port) } } } as const;
  });
  return ClusterLoadAssignment.fromPartial({
    clusterName,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  });
}
