// Which ports a virtual node's backends ask for on its egress listener, and what is served on each of them.
import type { ClientPolicy, PortProtocol } from '#events/model/shapes.ts';
import type { MeshState, Resource } from '#events/state.ts';
import type { HttpProtocol, VirtualHost, WeightedTarget } from './graph.ts';
import { hostOf } from './hosts.ts';
import type { newReport } from './report.ts';
import { type Service, type ServicePort, serviceOf } from './virtual-service.ts';

/** `protocol` is that of the first backend on the port; the others are of the same family. */
export type BackendPort =
  | { readonly port: number; readonly protocol: HttpProtocol; readonly hosts: readonly VirtualHost[] }
  | {
      readonly port: number;
      readonly protocol: 'tcp';
      readonly targets: readonly WeightedTarget[];
      readonly member: string;
    };

/** What the node's backends need, ordered by port. The first backend on a port decides what the port carries. */
export function backendPorts(
  state: MeshState,
  node: Resource<'virtualNode'>,
  report: ReturnType<typeof newReport>,
): readonly BackendPort[] {
  const ports = new Map<number, BackendPort>();
  const seen = new Set<string>();
  for (const [index, backend] of (node.spec.backends ?? []).entries()) {
    const { virtualServiceName, clientPolicy } = backend.virtualService;
    const member = `spec.backends[${index}].virtualService.virtualServiceName`;
    const say = (reason: string, where = '') => report.say(node, member, `${reason}: the backend is left out${where}`);
    if (seen.has(virtualServiceName)) continue;
    seen.add(virtualServiceName);
    if (enforcesTls(clientPolicy ?? node.spec.backendDefaults?.clientPolicy)) {
      say('its client policy wants TLS, which is not yet translated');
      continue;
    }
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
      else ports.set(servicePort.port, after);
    }
  }
  return [...ports.values()].sort((left, right) => left.port - right.port);
}

/** Guide, client policies: TLS is enforced unless the policy says that it is not. */
export const enforcesTls = (policy: ClientPolicy | undefined): boolean =>
  policy?.tls !== undefined && policy.tls.enforce !== false;

/** The port with one more service on it, or why the service cannot be there. */
function claimed(
  before: BackendPort | undefined,
  service: Service,
  wanted: ServicePort,
  member: string,
): BackendPort | string {
  const { port } = wanted;
  if (before !== undefined && family(before.protocol) !== family(wanted.protocol)) {
    return `port ${port} already carries ${before.protocol}, not ${wanted.protocol}`;
  }
  if (wanted.protocol === 'tcp') {
    // Only address and port of a TCP connection are known, and every address may be meant.
    if (before !== undefined) return `another tcp backend has port ${port}`;
    return { port, protocol: 'tcp', targets: wanted.targets, member };
  }
  const host = hostOf(service.name, port, wanted.routes);
  const hosts = before === undefined || before.protocol === 'tcp' ? [] : before.hosts;
  const protocol = before === undefined || before.protocol === 'tcp' ? wanted.protocol : before.protocol;
  return { port, protocol, hosts: [...hosts, host] };
}

/** What can share a port: App Mesh made one filter chain a port and version of HTTP. */
function family(protocol: PortProtocol): 'http/1' | 'http/2' | 'tcp' {
  if (protocol === 'tcp') return 'tcp';
  return protocol === 'http' ? 'http/1' : 'http/2';
}
