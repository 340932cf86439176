// What App Mesh's rules ask of a document beyond its shape, brought about by small changes beside the member that a
// test is about: a health check's port is its listener's, a timeout is of its listener's protocol, and so on.
import type { Operation } from '#events/model/operations.ts';
import { example } from './example.ts';
import type { Step } from './member-site.ts';

type Members = Record<string, unknown>;
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const membersAt = (value: unknown, ...steps: readonly Step[]): Members | undefined => {
  const found = steps.reduce<unknown>(
    (at, step) => (isMembers(at) || Array.isArray(at) ? (at as Members)[step] : undefined),
    value,
  );
  return isMembers(found) ? found : undefined;
};

/** A request whose document holds together; `input` is not changed. */
export function meaningful(operation: Operation, input: object): Members {
  const request = structuredClone(input) as Members;
  const spec = membersAt(request, 'spec');
  if (spec === undefined) return request;
  durations(spec);
  listeners(spec);
  if (operation.kind === 'virtualNode' && Array.isArray(spec.listeners) && spec.listeners.length > 0) {
    spec.serviceDiscovery ??= { dns: { hostname: 'node.local' } };
  }
  for (const kind of ['httpRoute', 'http2Route', 'grpcRoute', 'tcpRoute']) routes(membersAt(spec, kind));
  return request;
}

/** A duration is a number and a unit. */
function durations(value: unknown, name?: string): void {
  if (Array.isArray(value)) for (const item of value) durations(item);
  if (!isMembers(value)) return;
  const isDuration =
    name !== undefined && /^(idle|perRequest|perRetryTimeout|interval|baseEjectionDuration)$/.test(name);
  if (isDuration) {
    value.unit ??= 's';
    value.value ??= 1;
  }
  for (const [member, inside] of Object.entries(value)) durations(inside, member);
}

function listeners(spec: Members): void {
  if (!Array.isArray(spec.listeners)) return;
  for (const [index, listener] of spec.listeners.entries()) {
    const mapping = membersAt(listener, 'portMapping');
    if (mapping === undefined) continue;
    if (index > 0) mapping.port = index + 1;
    const check = membersAt(listener, 'healthCheck');
    const [spoken] = ['connectionPool', 'timeout'].flatMap((member) => Object.keys(membersAt(listener, member) ?? {}));
    if (spoken !== undefined) mapping.protocol = spoken;
    else if (check?.protocol !== undefined) mapping.protocol = check.protocol;
    const timeout = membersAt(listener, 'timeout');
    const { protocol } = mapping;
    if (timeout !== undefined && !(String(protocol) in timeout)) {
      const [inside] = Object.values(timeout);
      (listener as Members).timeout = {
        [String(protocol)]:
          protocol === 'tcp' ? { idle: membersAt(inside, 'idle') ?? { unit: 's', value: 1 } } : inside,
      };
    }
    if (check === undefined) continue;
    // The health check's port is the listener's; whichever a test is about wins.
    if (check.port !== undefined) mapping.port = check.port;
    if (check.protocol === 'grpc' && protocol !== 'grpc' && protocol !== 'http2') check.protocol = protocol;
    if (check.protocol === 'tcp') delete check.path;
  }
}

function routes(route: Members | undefined): void {
  if (route === undefined) return;
  const match = membersAt(route, 'match');
  if (match?.methodName !== undefined) match.serviceName ??= 'a.Service';
  const retries = membersAt(route, 'retryPolicy');
  const events = ['httpRetryEvents', 'tcpRetryEvents', 'grpcRetryEvents'];
  if (retries !== undefined && !events.some((kind) => kind in retries)) {
    retries.tcpRetryEvents = example('TcpRetryPolicyEvents');
  }
  const rewrite = membersAt(route, 'action', 'rewrite');
  if (match !== undefined && rewrite?.prefix !== undefined && match.path !== undefined) {
    delete match.path;
    match.prefix = '/';
  }
  if (match !== undefined && rewrite?.path !== undefined && match.prefix !== undefined) {
    delete match.prefix;
    match.path = { exact: '/a' };
  }
}
