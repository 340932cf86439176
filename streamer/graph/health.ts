// How those who send to a node find out whether its hosts are well.
import type { HealthCheckPolicy, Listener } from '#events/model/shapes.ts';
import { healthPath } from './defaults.ts';
import { isHostName } from './discovery.ts';
import type { HealthCheck } from './graph.ts';

/**
 * Guide, health checks: the clients' proxies check each host. A text says why the check cannot be made. `host` is what
 * the node is called in discovery.
 */
export function healthCheckOf(listener: Listener, host: string): HealthCheck | string | undefined {
  const policy: HealthCheckPolicy | undefined = listener.healthCheck;
  if (policy === undefined) return undefined;
  const { port, protocol } = listener.portMapping;
  // Envoy refuses a cluster that asks for gRPC's health over anything but HTTP/2.
  if (policy.protocol === 'grpc' && protocol !== 'grpc' && protocol !== 'http2') {
    return `a grpc health check needs a grpc or http2 listener, not ${protocol}: its hosts are not checked`;
  }
  const path = policy.path ?? healthPath;
  if (path === '' || /\p{Cc}/u.test(path)) return `${JSON.stringify(path)} is no path: its hosts are not checked`;
  // Nobody is there to be asked.
  if (!isHostName(host)) return undefined;
  return {
    protocol: policy.protocol,
    port: policy.port ?? port,
    host: `${host}:${policy.port ?? port}`,
    path,
    interval: Math.max(policy.intervalMillis, 1),
    timeout: Math.max(policy.timeoutMillis, 1),
    healthyThreshold: policy.healthyThreshold,
    unhealthyThreshold: policy.unhealthyThreshold,
  };
}
