// Which ports a virtual node's backends ask for on its egress listener, and what is served on each of them.
import type { MeshState, Resource } from '#events/state.ts';
import type { HttpProtocol, VirtualHost, WeightedTarget } from './graph.ts';
import { hostOf } from './hosts.ts';
import type { ClientPolicy, Policies } from './policy.ts';
import { clustersOfRoute } from './reach.ts';
import type { newReport } from './report.ts';
import { type Service, type ServicePort, serviceOf } from './virtual-service.ts';

/** `protocol` names the port's route table: http where any of its backends speaks it, and the first's otherwise. */
export type BackendPort =
  | { readonly port: number; readonly protocol: HttpProtocol; readonly hosts: readonly VirtualHost[] }
  | { readonly port: number; readonly protocol: 'tcp'; readonly claims: readonly TcpClaim[] };

/** A backend that wants connections to a port; `member` is its place in the node's document. */
export interface TcpClaim {
  readonly service: string;
  readonly targets: readonly WeightedTarget[];
  readonly idleTimeout: number;
  readonly member: string;
}

/** What the node's backends need, ordered by port. The first backend on a port decides what the port carries. */
export function backendPorts(
  state: MeshState,
  node: Resource<'virtualNode'>,
  policies: Policies,
  report: ReturnType<typeof newReport>,
): readonly BackendPort[] {
  const ports = new Map<number, BackendPort>();
  const seen = new Set<string>();
  for (const [index, { virtualService }] of (node.spec.backends ?? []).entries()) {
    const { virtualServiceName } = virtualService;
    const member = `spec.backends[${index}].virtualService.virtualServiceName`;
    const say = (reason: string, where = '') => report.say(node, member, `${reason}: the backend is left out${where}`);
    if (seen.has(virtualServiceName)) continue;
    seen.add(virtualServiceName);
    const service = serviceOf(state, virtualServiceName);
    if (service === undefined) {
      say(`there is no virtual service ${virtualServiceName}`);
      continue;
    }
    report.add(service.lines);
    for (const servicePort of service.ports) {
      const before = ports.get(servicePort.port);
      const after = claimed(before, service, servicePort, member);
      if (typeof after === 'string') say(after, service.ports.length > 1 ? ' there' : '');
      else {
        ports.set(servicePort.port, after);
        policies.hold(policyFor(node, index), clustersOf(servicePort));
      }
    }
  }
  return [...ports.values()].sort((left, right) => left.port - right.port);
}

const clustersOf = (port: ServicePort) =>
  port.protocol === 'tcp' ? port.targets.map((target) => target.cluster) : port.routes.flatMap(clustersOfRoute);

/** Guide, client policies: a backend's own policy takes the place of the node's default. */
function policyFor(node: Resource<'virtualNode'>, index: number): ClientPolicy | undefined {
  const own = node.spec.backends?.[index]?.virtualService.clientPolicy;
  if (own?.tls !== undefined) {
    return { tls: own.tls, holder: node, member: `spec.backends[${index}].virtualService.clientPolicy` };
  }
  return defaultPolicy(node);
}

/** The policy for all whom nothing else is said of. */
export function defaultPolicy(holder: Resource<'virtualNode' | 'virtualGateway'>): ClientPolicy | undefined {
  const tls = holder.spec.backendDefaults?.clientPolicy?.tls;
  return tls === undefined ? undefined : { tls, holder, member: 'spec.backendDefaults.clientPolicy' };
}

/** The port with one more service on it, or why the service cannot be there. */
function claimed(
  before: BackendPort | undefined,
  service: Service,
  wanted: ServicePort,
  member: string,
): BackendPort | string {
  const { port } = wanted;
  // An HTTP port takes any version from its clients and speaks each backend's own to it.
  if (before !== undefined && (before.protocol === 'tcp') !== (wanted.protocol === 'tcp')) {
    return `port ${port} already carries ${before.protocol}, not ${wanted.protocol}`;
  }
  if (wanted.protocol === 'tcp') {
    const { targets, idleTimeout } = wanted;
    const claims = before?.protocol === 'tcp' ? before.claims : [];
    return { port, protocol: 'tcp', claims: [...claims, { service: service.name, targets, idleTimeout, member }] };
  }
  const host = hostOf(service.name, port, wanted.routes);
  const hosts = before === undefined || before.protocol === 'tcp' ? [] : before.hosts;
  const first = before === undefined || before.protocol === 'tcp' ? wanted.protocol : before.protocol;
  const protocol = wanted.protocol === 'http' ? 'http' : first;
  return { port, protocol, hosts: [...hosts, host] };
}
