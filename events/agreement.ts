// The rules that need other documents: a route must mean a listener of its router and of each target, a gateway route
// one of its gateway and of its service's provider. Ports and protocols are compared; existence is references.ts's.
import { matchDisagreements } from './agreement/match.ts';
import { misfit, portsOf, shown } from './agreement/ports.ts';
import { providerOf } from './agreement/provider.ts';
import { type Part, partsOf } from './agreement/route-part.ts';
import { ambiguousGatewayRoutes, ambiguousProvider, ambiguousTargets, strandedRoutes } from './agreement/stranded.ts';
import { targetPortFaults } from './agreement/target.ts';
import { constraint, type Fault } from './model/validate.ts';
import type { ResourceRef } from './names.ts';
import { routeProtocols } from './rules/route-protocol.ts';
import type { Spec, Specs } from './spec.ts';
import { find, list, type MeshState } from './state.ts';

/** Where a document disagrees with those that stand; what is not there, or has no listener, is not compared. */
export function disagreements(mesh: MeshState, ref: ResourceRef, spec: Spec): readonly Fault[] {
  switch (ref.kind) {
    case 'route':
      return routeDisagreements(mesh, ref.parent ?? '', spec as Specs['route']);
    case 'gatewayRoute':
      return gatewayRouteDisagreements(mesh, ref.parent ?? '', spec as Specs['gatewayRoute']);
    case 'virtualRouter':
      return [
        ...strandedRoutes('Virtual Router', list(mesh, 'route', ref.name), spec as Specs['virtualRouter']),
        ...ambiguousGatewayRoutes(mesh, ref, spec as Specs['virtualRouter']),
      ];
    case 'virtualGateway':
      return strandedRoutes('Virtual Gateway', list(mesh, 'gatewayRoute', ref.name), spec as Specs['virtualGateway']);
    case 'virtualNode':
      return [
        ...ambiguousTargets(mesh, ref, spec as Specs['virtualNode']),
        ...ambiguousGatewayRoutes(mesh, ref, spec as Specs['virtualNode']),
      ];
    case 'virtualService':
      return ambiguousProvider(mesh, ref, spec as Specs['virtualService']);
    case 'mesh':
      return [];
  }
}

function routeDisagreements(mesh: MeshState, routerName: string, spec: Specs['route']): readonly Fault[] {
  const router = find(mesh, 'virtualRouter', routerName);
  return partsOf(spec).flatMap((part) => [
    ...(router === undefined ? [] : matchDisagreements('Virtual Router', portsOf(router.spec), part)),
    ...targetDisagreements(mesh, spec, part.member),
  ]);
}

// "… and the virtual node that you're routing traffic to" (guide, "Routes"); the target port says which listener when
// the node has several (guide, "Multiple listeners").
function targetDisagreements(mesh: MeshState, spec: Specs['route'], member: Part['member']): readonly Fault[] {
  const targets = spec[member]?.action.weightedTargets ?? [];
  return targets.flatMap(({ virtualNode, port }, index): readonly Fault[] => {
    const path = `spec.${member}.action.weightedTargets[${index}]`;
    const node = find(mesh, 'virtualNode', virtualNode);
    if (node === undefined) return [];
    const ports = portsOf(node.spec);
    if (misfit(ports, port, routeProtocols[member]) === 'protocol') {
      const rule = `Member must listen for ${routeProtocols[member]}; it listens on ${shown(ports)}`;
      return [constraint(`${path}.virtualNode`, virtualNode, rule)];
    }
    return targetPortFaults(`${path}.port`, `virtual node ${virtualNode}`, ports, port);
  });
}

// "Virtual service provider port is required when the provider (router or node) of the selected virtual service has
// multiple listeners" (guide, "Gateway routes"). The service behind a gateway may speak another protocol.
function gatewayRouteDisagreements(
  mesh: MeshState,
  gatewayName: string,
  spec: Specs['gatewayRoute'],
): readonly Fault[] {
  const gateway = find(mesh, 'virtualGateway', gatewayName);
  const { grpcRoute, http2Route, httpRoute } = spec;
  const targets = Object.entries({ grpcRoute, http2Route, httpRoute }).flatMap(([member, part]): readonly Fault[] => {
    if (part === undefined) return [];
    const { port, virtualService } = part.action.target;
    const service = find(mesh, 'virtualService', virtualService.virtualServiceName);
    const behind = service && providerOf(mesh, service.spec);
    if (behind === undefined) return [];
    const whose = `${behind.kind} ${behind.name}`;
    return targetPortFaults(`spec.${member}.action.target.port`, whose, portsOf(behind.spec), port);
  });
  const matches = partsOf(spec).flatMap((part) =>
    gateway === undefined ? [] : matchDisagreements('Virtual Gateway', portsOf(gateway.spec), part),
  );
  return [...matches, ...targets];
}
