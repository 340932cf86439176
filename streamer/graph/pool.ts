// How much a listener lets through to what is behind it.
import type { VirtualGatewayConnectionPool, VirtualNodeConnectionPool } from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import { limits } from './defaults.ts';
import type { Limits } from './graph.ts';
import { unreachable } from './unreachable.ts';

/** Envoy counts in 32 bits. */
const most = 4_294_967_295;
const atMost = (wanted: number): number => Math.min(wanted, most);

/**
 * Guide, connection pools: what is given is the limit, whatever is not is unlimited. They bound what the proxy sends
 * to its own application (a gateway's: around its loop), not what others send to it.
 */
export function limitsOf(pool: VirtualNodeConnectionPool | VirtualGatewayConnectionPool | undefined): Limits {
  if (pool === undefined) return limits;
  const found = memberOf<VirtualNodeConnectionPool>(pool);
  switch (found.kind) {
    case 'http': {
      const { maxConnections, maxPendingRequests = limits.pendingRequests } = found.value;
      return { ...limits, connections: atMost(maxConnections), pendingRequests: atMost(maxPendingRequests) };
    }
    case 'http2':
    case 'grpc':
      return { ...limits, requests: atMost(found.value.maxRequests) };
    case 'tcp':
      return { ...limits, connections: atMost(found.value.maxConnections) };
    default:
      return unreachable(found);
  }
}
