// What App Mesh called Envoy's resources: people's dashboards, alarms and statistics go by these names.
import type { Cluster, Listener, RouteTable } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';

export const listenerName = ({ direction, address, port }: Listener): string => `lds_${direction}_${address}_${port}`;

export const tableName = ({ direction, protocol, port }: RouteTable): string => `rds_${direction}_${protocol}_${port}`;

export function clusterName(cluster: Cluster): string {
  switch (cluster.kind) {
    case 'node':
      return `cds_egress_${cluster.meshName}_${cluster.node}_${cluster.protocol}_${cluster.port}`;
    case 'application':
      return `cds_ingress_${cluster.meshName}_${cluster.node}_${cluster.protocol}_${cluster.port}`;
    case 'loop': {
      const listener = cluster.listener === undefined ? '' : `${cluster.listener}_`;
      const loop = `self_redirect_${listener}${cluster.protocol}_${cluster.port}`;
      return `cds_ingress_${cluster.meshName}_${cluster.gateway}_${loop}`;
    }
    case 'passthrough':
      return `cds_egress_${cluster.meshName}_${cluster.to}`;
    default:
      return unreachable(cluster);
  }
}
