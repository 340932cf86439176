// When a request is sent again, as Envoy's RetryPolicy.
import { RetryPolicy } from '../gen/envoy/config/route/v3/route_components.ts';
import { PreviousHostsPredicate } from '../gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.ts';
import type { RetryPolicy as Policy } from '../graph/graph.ts';
import { packed } from './any.ts';
import { duration } from './duration.ts';

const previousHosts = packed(PreviousHostsPredicate, {});

export function retryPolicy(policy: Policy): RetryPolicy {
  return RetryPolicy.fromPartial({
    retryOn: policy.conditions.join(','),
    numRetries: policy.retries,
    perTryTimeout: policy.attemptTimeout === undefined ? undefined : duration(policy.attemptTimeout),
    retriableStatusCodes: [...policy.statusCodes],
    retryHostPredicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
        configType: { $case: 'typedConfig', value: previousHosts },
      },
    ],
    hostSelectionRetryMaxAttempts: policy.hostSelectionAttempts,
  });
}
