// When a request is sent again: App Mesh's retry events as Envoy's conditions and status codes.
import type { GrpcRetryPolicy, HttpRetryPolicy } from '#events/model/shapes.ts';
import type { Resource } from '#events/state.ts';
import { retry } from './defaults.ts';
import type { RetryPolicy } from './graph.ts';
import type { Say } from './report.ts';
import { milliseconds } from './timeout.ts';

/** API reference, HttpRetryPolicy: what each event stands for. */
const statusCodes: Readonly<Record<string, readonly number[]>> = {
  'server-error': [500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
  'gateway-error': [502, 503, 504],
  'client-error': [409],
  'stream-error': [],
};

// Envoy counts retries in 32 bits.
const mostRetries = 4_294_967_295;

/** A route's policy, App Mesh's default when it has none. `member` is the policy's path. */
export function retryOf(
  policy: HttpRetryPolicy | GrpcRetryPolicy | undefined,
  route: Resource<'route'>,
  member: string,
  say: Say,
): RetryPolicy {
  if (policy === undefined) return retry;
  const http = policy.httpRetryEvents ?? [];
  for (const event of http) {
    if (!Object.hasOwn(statusCodes, event)) say(route, `${member}.httpRetryEvents`, `there is no event ${event}`);
  }
  const known = http.filter((event) => Object.hasOwn(statusCodes, event));
  const codes = new Set(known.flatMap((event) => statusCodes[event] ?? []));
  const conditions = [
    ...new Set('grpcRetryEvents' in policy ? policy.grpcRetryEvents : []),
    ...((policy.tcpRetryEvents ?? []).includes('connection-error') ? ['connect-failure'] : []),
    // App Mesh added `reset` to every policy with an HTTP event (known from a configuration dump).
    ...(known.length > 0 ? ['reset'] : []),
    ...(known.includes('stream-error') ? ['refused-stream'] : []),
    ...(codes.size > 0 ? ['retriable-status-codes'] : []),
  ];
  if (conditions.length === 0) say(route, member, 'a policy without an event that is known retries nothing');
  const attemptTimeout = milliseconds(policy.perRetryTimeout);
  return {
    conditions,
    statusCodes: [...codes],
    retries: Math.min(policy.maxRetries, mostRetries),
    // 0 is Envoy's "no limit but the request's", and the same as saying nothing.
    ...(attemptTimeout === undefined || attemptTimeout === 0 ? {} : { attemptTimeout }),
    hostSelectionAttempts: retry.hostSelectionAttempts,
  };
}
