// From the name of a virtual service to the ports on which it is served and what is behind each of them.
import type { Listener } from '#events/model/shapes.ts';
import { isInForce } from '#events/sharing.ts';
import { find, type MeshState, type Resource } from '#events/state.ts';
import { retry, soleWeight } from './defaults.ts';
import type { HttpProtocol, Route, WeightedTarget } from './graph.ts';
import { anything } from './match.ts';
import { newReport, type ReportLine, type Say } from './report.ts';
import { httpRoute } from './route.ts';
import { routerPorts } from './router.ts';
import { clusterTo, onePerPort, reportTarget, withoutAccess } from './target.ts';
import { saidBy, timeoutsOf } from './timeout.ts';

/** One port of a virtual service: that of the router's or the node's listener decides what clients connect to. */
export type ServicePort =
  | { readonly port: number; readonly protocol: HttpProtocol; readonly routes: readonly Route[] }
  | TcpServicePort;

/** `idleTimeout` in milliseconds, 0 for no limit. */
export interface TcpServicePort {
  readonly port: number;
  readonly protocol: 'tcp';
  readonly targets: readonly WeightedTarget[];
  readonly idleTimeout: number;
}

export interface Service {
  readonly name: string;
  /** Ordered by port. */
  readonly ports: readonly ServicePort[];
  readonly lines: readonly ReportLine[];
}

// All clients of one state of the mesh share what a service is in it.
const known = new WeakMap<MeshState, Map<string, Service | undefined>>();

/** What a virtual service is in a state of the mesh; undefined when the mesh has none of this name. */
export function serviceOf(state: MeshState, name: string): Service | undefined {
  const services = known.get(state) ?? new Map<string, Service | undefined>();
  known.set(state, services);
  if (!services.has(name)) {
    const resource = find(state, 'virtualService', name);
    services.set(name, resource === undefined ? undefined : resolve(state, resource));
  }
  return services.get(name);
}

function resolve(state: MeshState, service: Resource<'virtualService'>): Service {
  const report = newReport();
  const ports = portsOf(state, service, report.say).map((port): ServicePort => {
    if (port.protocol === 'tcp') return port;
    return { ...port, routes: port.routes.map((route) => ({ ...route, service: service.name })) };
  });
  return {
    name: service.name,
    ports: ports.sort((left, right) => left.port - right.port),
    lines: report.lines(),
  };
}

function portsOf(state: MeshState, service: Resource<'virtualService'>, say: Say): readonly ServicePort[] {
  // The name becomes a domain of Envoy's, which refuses what cannot stand in a header.
  if (/\p{Cc}/u.test(service.name)) {
    say(service, 'virtualServiceName', 'a name with control characters is no host name: the service is left out');
    return [];
  }
  const { virtualNode, virtualRouter } = service.spec.provider ?? {};
  if (virtualNode !== undefined) {
    const node = find(state, 'virtualNode', virtualNode.virtualNodeName);
    if (node !== undefined) return nodePorts(state, service, node, say);
    say(service, 'spec.provider.virtualNode', `there is no virtual node ${virtualNode.virtualNodeName}`);
  } else if (virtualRouter !== undefined) {
    const router = find(state, 'virtualRouter', virtualRouter.virtualRouterName);
    if (router !== undefined) return routerPorts(state, router, say);
    say(service, 'spec.provider.virtualRouter', `there is no virtual router ${virtualRouter.virtualRouterName}`);
  } else {
    say(service, 'spec.provider', 'the virtual service has no provider');
  }
  return [];
}

function nodePorts(
  state: MeshState,
  service: Resource<'virtualService'>,
  node: Resource<'virtualNode'>,
  say: Say,
): readonly ServicePort[] {
  const listeners = onePerPort(node.spec.listeners ?? []);
  const provider = 'spec.provider.virtualNode';
  if (listeners.length === 0) say(service, provider, `virtual node ${node.name} has no listener`);
  const closed = !isInForce(state, node);
  if (closed) say(service, provider, `${withoutAccess(node)}: nothing is served`);
  return listeners.flatMap((listener: Listener): readonly ServicePort[] => {
    const cluster = clusterTo(state, node, listener);
    if (cluster === undefined) {
      say(service, provider, `virtual node ${node.name} has no service discovery`);
      return [];
    }
    const { port, protocol } = listener.portMapping;
    if (closed) {
      const nothing = httpRoute(anything, [], timeoutsOf(undefined, []), retry);
      return protocol === 'tcp' ? [] : [{ port, protocol, routes: [nothing] }];
    }
    reportTarget(node, port, say);
    const targets = [{ cluster, weight: soleWeight }];
    const timeouts = timeoutsOf(undefined, [saidBy(listener)]);
    if (protocol === 'tcp') return [{ port, protocol, targets, idleTimeout: timeouts.idleTimeout }];
    return [{ port, protocol, routes: [httpRoute(anything, targets, timeouts, retry)] }];
  });
}
