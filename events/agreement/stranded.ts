// Routes that stand and would lose their meaning with the new listeners of a router, gateway or node.
import type { Fault } from '../model/validate.ts';
import { keyOf, type ResourceRef } from '../names.ts';
import { routeProtocols } from '../rules/route-protocol.ts';
import type { Specs } from '../spec.ts';
import { type MeshState, type Resource, usersOf } from '../state.ts';
import { type Listening, type Misfit, misfit, portsOf } from './ports.ts';
import { partsOf } from './route-part.ts';

// App Mesh's own answer: "All Routes for this Virtual Router must define a port match before adding multiple listeners
// to this Virtual Router. 1 Route(s) are missing port. Listing up to 5 route names: [web]". A listener that routes mean
// could not be taken away from them either, nor its protocol be changed.
export function strandedRoutes(
  parent: string,
  routes: readonly Resource<'route' | 'gatewayRoute'>[],
  spec: Listening,
): readonly Fault[] {
  const ports = portsOf(spec);
  const stranded = (wanted: (found: Misfit) => boolean): readonly string[] =>
    routes
      .filter((route) =>
        partsOf(route.spec).some(({ member, match }) => {
          const found = misfit(ports, match?.port, routeProtocols[member]);
          return found !== undefined && wanted(found);
        }),
      )
      .map(({ name }) => name);
  const ambiguous = stranded((found) => found === 'port missing');
  const leftBehind = stranded((found) => found !== 'port missing');
  return [
    ...listenersFault(
      ambiguous,
      `All Routes for this ${parent} must define a port match before adding multiple listeners to it`,
      'are missing port',
    ),
    ...listenersFault(
      leftBehind,
      `All Routes for this ${parent} must keep a listener of their port and protocol (for another protocol, make another ${parent} with Routes of it)`,
      'would lose it',
    ),
  ];
}

// The same for the targets of routes: a second listener needs routes that say which one they mean. A node's port and
// protocol may change: App Mesh is not known to have refused that, and the proxies' report says what it breaks.
export function ambiguousTargets(mesh: MeshState, ref: ResourceRef, spec: Specs['virtualNode']): readonly Fault[] {
  if (portsOf(spec).length < 2) return [];
  const names = usersOf(mesh, keyOf(ref)).flatMap((key) => {
    const user = mesh.resources.get(key);
    if (user?.kind !== 'route') return [];
    const route = user.spec as Specs['route'];
    const targets = partsOf(route).flatMap(({ member }) => route[member]?.action.weightedTargets ?? []);
    return targets.some(({ virtualNode, port }) => virtualNode === ref.name && port === undefined) ? [user.name] : [];
  });
  const rule = 'All Routes to this Virtual Node must define a target port before adding multiple listeners to it';
  return listenersFault(names, rule, 'are missing port');
}

function listenersFault(routes: readonly string[], rule: string, how: string): readonly Fault[] {
  if (routes.length === 0) return [];
  const named = `${routes.length} Route(s) ${how}. Listing up to 5 route names: [${routes.slice(0, 5).join(', ')}]`;
  const path = 'spec.listeners';
  return [{ path, message: `Value at '${path}' failed to satisfy constraint: ${rule}. ${named}` }];
}
