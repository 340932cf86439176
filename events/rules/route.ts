// Routes of a virtual router.
import type { GrpcRouteMatch, HttpRoute, HttpTimeout, RouteSpec } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { durationFaults } from './duration.ts';
import { httpMatchFaults, valueMatchFaults } from './match.ts';
import { oneOfFaults } from './one-of.ts';
import { retryPolicyFaults } from './retry-policy.ts';
import { routeProtocols } from './route-protocol.ts';

// "An object that represents a route specification. Specify one route type" (API reference, RouteSpec).
export function routeFaults(spec: RouteSpec): readonly Fault[] {
  const { grpcRoute, tcpRoute } = spec;
  return [
    ...oneOfFaults('spec', spec, Object.keys(routeProtocols)),
    ...(grpcRoute === undefined
      ? []
      : [
          ...grpcMatchFaults('spec.grpcRoute.match', grpcRoute.match),
          ...retryPolicyFaults('spec.grpcRoute.retryPolicy', grpcRoute.retryPolicy, 'grpc'),
          ...timeoutFaults('spec.grpcRoute.timeout', grpcRoute.timeout),
        ]),
    ...httpFaults('spec.http2Route', spec.http2Route),
    ...httpFaults('spec.httpRoute', spec.httpRoute),
    ...timeoutFaults('spec.tcpRoute.timeout', tcpRoute?.timeout),
  ];
}

function httpFaults(path: string, route: HttpRoute | undefined): readonly Fault[] {
  if (route === undefined) return [];
  return [
    ...httpMatchFaults(`${path}.match`, route.match),
    ...retryPolicyFaults(`${path}.retryPolicy`, route.retryPolicy, 'http'),
    ...timeoutFaults(`${path}.timeout`, route.timeout),
  ];
}

// "If you specify a name, you must also specify a serviceName" (API reference, GrpcRouteMatch).
function grpcMatchFaults(path: string, match: GrpcRouteMatch): readonly Fault[] {
  const nameless = match.methodName !== undefined && match.serviceName === undefined;
  const rule = 'Member must not be null when a methodName is given';
  return [
    ...(nameless ? [constraint(`${path}.serviceName`, null, rule)] : []),
    ...valueMatchFaults(`${path}.metadata`, match.metadata),
  ];
}

function timeoutFaults(path: string, timeout: HttpTimeout | undefined): readonly Fault[] {
  return [
    ...durationFaults(`${path}.idle`, timeout?.idle),
    ...durationFaults(`${path}.perRequest`, timeout?.perRequest),
  ];
}
