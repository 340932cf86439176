// The member of a route's spec that says its protocol and holds the rest.
import type { PortProtocol } from '../model/shapes.ts';

/** The protocol of each member, in the order in which faults list them. */
export const routeProtocols = {
  grpcRoute: 'grpc',
  http2Route: 'http2',
  httpRoute: 'http',
  tcpRoute: 'tcp',
} as const satisfies Readonly<Record<string, PortProtocol>>;
