// From a gateway's routes to what each of its listeners matches and which virtual service it means.
import type { GrpcGatewayRoute, HttpGatewayRoute } from '#events/model/shapes.ts';
import { list, type MeshState, type Resource } from '#events/state.ts';
import type { HttpProtocol, Route } from './graph.ts';
import { byPrecedence } from './precedence.ts';
import type { newReport } from './report.ts';
import { grpcPrefix, isServable } from './route.ts';
import { serviceOf } from './virtual-service.ts';

const members = { httpRoute: 'http', http2Route: 'http2', grpcRoute: 'grpc' } as const;
type Member = keyof typeof members;

// A match would be too wide, and a request rewritten in another way than asked would ask for something else.
const changesMeaning = /^spec\.\w+Route\.(match|action\.rewrite)\b/;

/** A gateway route as one listener's protocol has it; `serves` is absent when its virtual service cannot be reached. */
export interface GatewayPart {
  readonly route: Resource<'gatewayRoute'>;
  readonly protocol: HttpProtocol;
  readonly port: number | undefined;
  readonly prefix: string;
  readonly priority: number | undefined;
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
    .flatMap((route) => (Object.keys(members) as Member[]).flatMap((member) => partOf(state, route, member, report)))
    .sort(byPrecedence);
}

function partOf(
  state: MeshState,
  route: Resource<'gatewayRoute'>,
  member: Member,
  report: ReturnType<typeof newReport>,
): readonly GatewayPart[] {
  const part = route.spec[member];
  if (part === undefined) return [];
  const { target } = part.action;
  const service = target.virtualService.virtualServiceName;
  const path = `spec.${member}.action.target`;
  const serves = servedBy(state, service, target.port, report);
  if (typeof serves === 'string') report.say(route, path, `${serves}: its requests get 404`);
  const { priority } = route.spec;
  const matched = { protocol: members[member], port: part.match.port, prefix: prefixOf(member, part), priority };
  return [{ route, ...matched, service, ...(typeof serves === 'string' ? {} : { serves }) }];
}

function prefixOf(member: Member, part: HttpGatewayRoute | GrpcGatewayRoute): string {
  return member === 'grpcRoute'
    ? grpcPrefix((part as GrpcGatewayRoute).match.serviceName)
    : ((part as HttpGatewayRoute).match.prefix ?? '/');
}

/** The port of a virtual service that a target means (guide: required when the provider has several listeners). */
function servedBy(
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
