// Routes that stand and would lose their meaning with the new listeners of a router, gateway or node.
import type { Fault } from '../model/validate.ts';
import { type Kind, keyOf, type ResourceRef } from '../names.ts';
import { routeProtocols } from '../rules/route-protocol.ts';
import type { Specs } from '../spec.ts';
import { type MeshState, type Resource, usersOf } from '../state.ts';
import { type Listening, type Misfit, misfit, portsOf } from './ports.ts';
import { providerOf } from './provider.ts';
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
  const names = users(mesh, ref, 'route').flatMap(({ name, spec: route }) => {
    const targets = partsOf(route).flatMap(({ member }) => route[member]?.action.weightedTargets ?? []);
    return targets.some(({ virtualNode, port }) => virtualNode === ref.name && port === undefined) ? [name] : [];
  });
  const rule = 'All Routes to this Virtual Node must define a target port before adding multiple listeners to it';
  return listenersFault(names, rule, 'are missing port');
}

// And for the gateway routes to a service behind which this node or router stands. "Virtual service provider port is
// required when the provider (router or node) of the selected virtual service has multiple listeners" (guide, "Gateway
// routes"): without it a route that worked would be left out of the gateway's configuration.
export function ambiguousGatewayRoutes(mesh: MeshState, ref: ResourceRef, spec: Listening): readonly Fault[] {
  if (portsOf(spec).length < 2) return [];
  const names = users(mesh, ref, 'virtualService').flatMap((service) => portless(mesh, service));
  const what = ref.kind === 'virtualNode' ? 'Virtual Node' : 'Virtual Router';
  const rule = `All Gateway Routes to this ${what} must define a target port before adding multiple listeners to it`;
  return listenersFault(names, rule, 'are missing port', 'Gateway Route');
}

/** The other way to the same end: a service that turns to a provider with several listeners. */
export function ambiguousProvider(mesh: MeshState, ref: ResourceRef, spec: Specs['virtualService']): readonly Fault[] {
  const behind = providerOf(mesh, spec);
  if (behind === undefined || portsOf(behind.spec).length < 2) return [];
  const rule =
    'All Gateway Routes to this Virtual Service must define a target port before its provider has multiple listeners';
  return fault('spec.provider', portless(mesh, ref), rule, 'are missing port', 'Gateway Route');
}

const portless = (mesh: MeshState, service: ResourceRef): readonly string[] =>
  users(mesh, service, 'gatewayRoute').flatMap(({ name, spec: { grpcRoute, http2Route, httpRoute } }) =>
    [grpcRoute, http2Route, httpRoute].some((part) => part !== undefined && part.action.target.port === undefined)
      ? [name]
      : [],
  );

/** The resources of a kind that name this one. */
const users = <K extends Kind>(mesh: MeshState, ref: ResourceRef, kind: K): readonly Resource<K>[] =>
  usersOf(mesh, keyOf(ref)).flatMap((key) => {
    const user = mesh.resources.get(key);
    return user?.kind === kind ? [user as Resource<K>] : [];
  });

const listenersFault = (names: readonly string[], rule: string, how: string, what = 'Route'): readonly Fault[] =>
  fault('spec.listeners', names, rule, how, what);

function fault(path: string, names: readonly string[], rule: string, how: string, what: string): readonly Fault[] {
  if (names.length === 0) return [];
  const list = names.slice(0, 5).join(', ');
  const named = `${names.length} ${what}(s) ${how}. Listing up to 5 ${what.toLowerCase()} names: [${list}]`;
  return [{ path, message: `Value at '${path}' failed to satisfy constraint: ${rule}. ${named}` }];
}
