// Which clusters a part of the graph leads to.
import type { Chain, Cluster, Route } from './graph.ts';

export function clustersOfRoute({ action }: Route): readonly Cluster[] {
  if (action.kind === 'answer') return [];
  return 'kind' in action.to ? [action.to] : action.to.map((target) => target.cluster);
}

export function clustersOfChain({ serves }: Chain): readonly Cluster[] {
  if (serves.kind === 'tcp') return serves.targets.map((target) => target.cluster);
  return serves.table.hosts.flatMap((host) => host.routes.flatMap(clustersOfRoute));
}
