// How a cluster's hosts are asked whether they are well, as Envoy's HealthCheck. On which port stands with each endpoint:
// App Mesh wrote it into the check (`alt_port`), where Envoy never looked.
import { type DeepPartial, HealthCheck } from '../gen/envoy/config/core/v3/health_check.ts';
import { CodecClientType } from '../gen/envoy/type/v3/http.ts';
import type { HealthCheck as HealthCheckNode } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';
import { duration } from './duration.ts';

export function healthCheck(node: HealthCheckNode): HealthCheck {
  return HealthCheck.fromPartial({
    timeout: duration(node.timeout),
    interval: duration(node.interval),
    healthyThreshold: node.healthyThreshold,
    unhealthyThreshold: node.unhealthyThreshold,
    healthChecker: checker(node),
  });
}

function checker({ protocol, host, path }: HealthCheckNode): DeepPartial<HealthCheck>['healthChecker'] {
  switch (protocol) {
    case 'http':
    case 'http2': {
      const codecClientType = protocol === 'http2' ? CodecClientType.HTTP2 : CodecClientType.HTTP1;
      return { $case: 'httpHealthCheck', value: { host, path, codecClientType } };
    }
    case 'grpc':
      return { $case: 'grpcHealthCheck', value: { authority: host } };
    case 'tcp':
      return { $case: 'tcpHealthCheck', value: {} };
    default:
      return unreachable(protocol);
  }
}
