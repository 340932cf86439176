// Gateway routes: what they match, what App Mesh keeps for itself, and which rewrite goes with which match.
import type { GatewayRouteSpec, HttpGatewayRoute } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { httpMatchFaults, slashFaults, valueMatchFaults } from './match.ts';
import { oneOfFaults } from './one-of.ts';

// "Specify one gateway route type" (API reference, GatewayRouteSpec).
export function gatewayRouteFaults(spec: GatewayRouteSpec): readonly Fault[] {
  const grpc = spec.grpcRoute?.match;
  const grpcPath = 'spec.grpcRoute.match';
  return [
    ...oneOfFaults('spec', spec, ['grpcRoute', 'http2Route', 'httpRoute']),
    ...oneOfFaults(`${grpcPath}.hostname`, grpc?.hostname, ['exact', 'suffix']),
    ...reservedFaults(`${grpcPath}.serviceName`, grpc?.serviceName, /^aws\.app-?mesh/),
    ...valueMatchFaults(`${grpcPath}.metadata`, grpc?.metadata),
    ...httpFaults('spec.http2Route', spec.http2Route),
    ...httpFaults('spec.httpRoute', spec.httpRoute),
  ];
}

function httpFaults(path: string, route: HttpGatewayRoute | undefined): readonly Fault[] {
  if (route === undefined) return [];
  return [
    ...httpMatchFaults(`${path}.match`, route.match),
    ...oneOfFaults(`${path}.match.hostname`, route.match.hostname, ['exact', 'suffix']),
    ...reservedFaults(`${path}.match.prefix`, route.match.prefix, /^\/aws-app-?mesh/),
    ...rewriteFaults(`${path}.action.rewrite`, route),
  ];
}

// "You can't specify either /aws-appmesh* or /aws-app-mesh* for Prefix match", nor `aws.app-mesh*` or `aws.appmesh*`
// for the service name: "reserved for future App Mesh internal use" (guide, "Gateway routes").
function reservedFaults(path: string, value: string | undefined, form: RegExp): readonly Fault[] {
  if (value === undefined || !form.test(value)) return [];
  return [constraint(path, value, 'Member must not be one that App Mesh reserves')];
}

// Guide, "Gateway routes", rewrite configuration: the prefix is rewritten when a prefix is matched, the path when an
// exact path or a regular expression is. Without either match, App Mesh took both.
function rewriteFaults(path: string, { match, action }: HttpGatewayRoute): readonly Fault[] {
  const { rewrite } = action;
  if (rewrite === undefined) return [];
  const faults = [
    ...oneOfFaults(path, rewrite, ['path', 'prefix'], 'at most one'),
    ...oneOfFaults(`${path}.prefix`, rewrite.prefix, ['defaultPrefix', 'value'], 'at most one'),
    ...slashFaults(`${path}.prefix.value`, rewrite.prefix?.value),
    ...slashFaults(`${path}.path.exact`, rewrite.path?.exact),
  ];
  if (rewrite.prefix !== undefined && match.path !== undefined) {
    faults.push(constraint(`${path}.prefix`, rewrite.prefix, 'Member must not be set when a path is matched'));
  }
  if (rewrite.path !== undefined && match.prefix !== undefined) {
    faults.push(constraint(`${path}.path`, rewrite.path, 'Member must not be set when a prefix is matched'));
  }
  return faults;
}
