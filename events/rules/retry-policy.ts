// Retry policies: what to retry on must be said, in App Mesh's words.
import type { GrpcRetryPolicy, HttpRetryPolicy } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { durationFaults } from './duration.ts';

// API reference, HttpRetryPolicy: "Specify at least one of the following values."
const httpEvents = ['server-error', 'gateway-error', 'client-error', 'stream-error'];
const kindsOfEvents = {
  grpc: ['grpcRetryEvents', 'httpRetryEvents', 'tcpRetryEvents'],
  http: ['httpRetryEvents', 'tcpRetryEvents'],
} as const;

export function retryPolicyFaults(
  path: string,
  policy: (HttpRetryPolicy & Pick<GrpcRetryPolicy, 'grpcRetryEvents'>) | undefined,
  protocol: keyof typeof kindsOfEvents,
): readonly Fault[] {
  if (policy === undefined) return [];
  const kinds = kindsOfEvents[protocol];
  const faults: Fault[] = [];
  // "Specify at least one value for at least one of the types of RetryEvents" (API reference).
  if (kinds.every((kind) => policy[kind] === undefined)) {
    faults.push(constraint(path, policy, `At least one of [${kinds.join(', ')}] must be set`));
  }
  for (const [index, event] of (policy.httpRetryEvents ?? []).entries()) {
    if (httpEvents.includes(event)) continue;
    const rule = `Member must satisfy enum value set: [${httpEvents.join(', ')}]`;
    faults.push(constraint(`${path}.httpRetryEvents[${index}]`, event, rule));
  }
  return [...faults, ...durationFaults(`${path}.perRetryTimeout`, policy.perRetryTimeout)];
}
