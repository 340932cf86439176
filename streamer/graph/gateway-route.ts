// From a gateway's routes to what each of its listeners matches, how it rewrites it, and which virtual service it means.
import type {
  GatewayRouteHostnameMatch,
  GatewayRouteSpec,
  GatewayRouteTarget,
  HttpGatewayRouteRewrite,
} from '#events/model/shapes.ts';
import { list, type MeshState, type Resource } from '#events/state.ts';
import type { HttpProtocol, Route, RouteMatch } from './graph.ts';
import { type HostMatch, hostMatch } from './host-match.ts';
import { grpcMatch, httpMatch, type Matched, withHeader } from './match.ts';
import { byPrecedence } from './precedence.ts';
import type { newReport } from './report.ts';
import { type PathChange, pathChange } from './rewrite.ts';
import { isMatchable, isServable } from './route.ts';
import { serviceOf } from './virtual-service.ts';

// A match would be too wide, and a request rewritten in another way than asked would ask for something else.
const changesMeaning = /^spec\.\w+Route\.(match|action\.rewrite)\b/;

/** A gateway route as one listener's protocol has it; `serves` is absent when its virtual service cannot be reached. */
export interface GatewayPart {
  readonly route: Resource<'gatewayRoute'>;
  readonly protocol: HttpProtocol;
  readonly port: number | undefined;
  readonly match: RouteMatch;
  readonly host: HostMatch;
  readonly priority: number | undefined;
  readonly path: PathChange;
  /** The request keeps its host; otherwise it becomes the virtual service's name. */
  readonly keepsHost: boolean;
  readonly service: string;
  readonly serves?: { readonly port: number; readonly routes: readonly Route[] };
}

/** The parts of all routes of a gateway that can be served, those to try first before others. */
export function gatewayParts(
  state: MeshState,
  gateway: Resource<'virtualGateway'>,
  report: ReturnType<typeof newReport>,
): readonly GatewayPart[] {
  return list(state, 'gatewayRoute', gateway.name)
    .filter((route) => isServable(route, changesMeaning, report.say))
    .flatMap((route) => written(route.spec).flatMap((one) => partOf(state, route, one, report)))
    .sort(byPrecedence);
}

/** What the three kinds of a gateway route have in common. */
interface Written {
  readonly member: 'httpRoute' | 'http2Route' | 'grpcRoute';
  readonly protocol: HttpProtocol;
  readonly matched: Matched;
  readonly match: { readonly port?: number; readonly hostname?: GatewayRouteHostnameMatch };
  readonly action: { readonly target: GatewayRouteTarget; readonly rewrite?: HttpGatewayRouteRewrite };
}

function written({ httpRoute, http2Route, grpcRoute }: GatewayRouteSpec): readonly Written[] {
  const all: Written[] = [];
  if (httpRoute !== undefined)
    all.push({ member: 'httpRoute', protocol: 'http', matched: httpMatch(httpRoute.match), ...httpRoute });
  if (http2Route !== undefined)
    all.push({ member: 'http2Route', protocol: 'http2', matched: httpMatch(http2Route.match), ...http2Route });
  if (grpcRoute !== undefined)
    all.push({ member: 'grpcRoute', protocol: 'grpc', matched: grpcMatch(grpcRoute.match), ...grpcRoute });
  return all;
}

function partOf(
  state: MeshState,
  route: Resource<'gatewayRoute'>,
  { member, protocol, matched, match: { port, hostname = {} }, action: { target, rewrite } }: Written,
  report: ReturnType<typeof newReport>,
): readonly GatewayPart[] {
  const host = hostMatch(hostname);
  const path = protocol === 'grpc' ? 'as it is' : pathChange(matched.match, rewrite);
  const faults = [...matched.faults, ...('reason' in host ? [host] : [])];
  if (!isMatchable(route, member, { ...matched, faults }, report.say)) return [];
  if (typeof path === 'object' && 'reason' in path) {
    report.say(route, `spec.${member}.action.rewrite.${path.member}`, `${path.reason}: the route is left out`);
    return [];
  }
  if ('reason' in host) return [];
  const service = target.virtualService.virtualServiceName;
  const serves = servedBy(state, service, target.port, report);
  if (typeof serves === 'string') {
    report.say(route, `spec.${member}.action.target`, `${serves}: its requests get 404`);
  }
  const { priority } = route.spec;
  const keepsHost = rewrite?.hostname?.defaultTargetHostname === 'DISABLED';
  const match = withHeader(matched.match, host.header);
  return [
    {
      ...{ route, protocol, port, match, host, priority, path, keepsHost, service },
      ...(typeof serves === 'string' ? {} : { serves }),
    },
  ];
}

/** The port of a virtual service that a target means (guide: required when the provider has several listeners). */
export function servedBy(
  state: MeshState,
  name: string,
  port: number | undefined,
  report: ReturnType<typeof newReport>,
): Required<GatewayPart>['serves'] | string {
  const service = serviceOf(state, name);
  if (service === undefined) return `there is no virtual service ${name}`;
  report.add(service.lines);
  const [first, ...others] = service.ports;
  if (first === undefined) return `virtual service ${name} serves nothing`;
  if (port === undefined && others.length > 0) return `virtual service ${name} has several ports, and none is named`;
  const meant = port === undefined ? first : service.ports.find((one) => one.port === port);
  if (meant === undefined) return `virtual service ${name} has no port ${port}`;
  if (meant.protocol === 'tcp') return `virtual service ${name} speaks tcp on port ${meant.port}`;
  return { port: meant.port, routes: meant.routes };
}
