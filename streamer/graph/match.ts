// From what a route's document matches to what is asked of a request: its path, its headers, its query.
import { RE2JS } from 're2js';
import type {
  GrpcGatewayRouteMatch,
  GrpcRouteMatch,
  HeaderMatchMethod,
  HttpGatewayRouteMatch,
  HttpQueryParameter,
  HttpRouteMatch,
} from '#events/model/shapes.ts';
import { memberOf } from '#events/spec.ts';
import type { HeaderMatch, RouteMatch, ValueMatch } from './graph.ts';
import { regexFault } from './regex.ts';
import { unreachable } from './unreachable.ts';

/** What a match asks, and what of it Envoy would refuse: a route without that would match too much. */
export interface Matched {
  readonly match: RouteMatch;
  readonly faults: readonly Fault[];
}

/** `member` is a path inside the match, such as `headers[0].name`. */
export interface Fault {
  readonly member: string;
  readonly reason: string;
}

/** Matches everything. */
export const anything: RouteMatch = { path: { kind: 'prefix', value: '/' } };

export function httpMatch(match: HttpRouteMatch | HttpGatewayRouteMatch): Matched {
  const { path = {}, prefix, method, headers = [], queryParameters = [] } = match;
  const scheme = 'scheme' in match ? match.scheme : undefined;
  const asked = [...pseudo(':method', method), ...pseudo(':scheme', scheme), ...headers.map(headerMatch)];
  return {
    match: matching(httpPath(path, prefix), asked, queryParameters),
    faults: [
      ...pathless(method),
      ...bothPaths(path, prefix),
      ...faultsOfRegex('path.regex', path.regex),
      ...headers.flatMap((header, index) => headerFaults(`headers[${index}]`, header)),
      ...queryParameters.flatMap(({ name }, index) => queryFaults(`queryParameters[${index}].name`, name)),
    ],
  };
}

/** The paths of a gRPC service's methods are `/SERVICE/METHOD`, and metadata travels as headers. */
export function grpcMatch(match: GrpcRouteMatch | GrpcGatewayRouteMatch): Matched {
  const { serviceName, metadata = [] } = match;
  const methodName = 'methodName' in match ? match.methodName : undefined;
  return {
    match: matching(grpcPath(serviceName, methodName), metadata.map(headerMatch), []),
    faults: metadata.flatMap((header, index) => headerFaults(`metadata[${index}]`, header)),
  };
}

/** The match with one more header asked for, where there is one. */
export const withHeader = (match: RouteMatch, header: HeaderMatch | undefined): RouteMatch =>
  header === undefined ? match : { ...match, headers: [...(match.headers ?? []), header] };

type PathMatch = RouteMatch['path'];

function httpPath(path: NonNullable<HttpRouteMatch['path']>, prefix: string | undefined): PathMatch {
  if (path.exact !== undefined) return { kind: 'exact', value: path.exact };
  if (path.regex !== undefined) return { kind: 'regex', value: path.regex };
  return { kind: 'prefix', value: prefix ?? '/' };
}

function grpcPath(service: string | undefined, method: string | undefined): PathMatch {
  if (method === undefined) return { kind: 'prefix', value: service === undefined ? '/' : `/${service}/` };
  if (service !== undefined) return { kind: 'exact', value: `/${service}/${method}` };
  // The guide wants a service with a method. Without one, any service's method of the name is meant.
  return { kind: 'regex', value: `/[^/]+/${RE2JS.quote(method)}` };
}

function matching(
  path: PathMatch,
  headers: readonly HeaderMatch[],
  parameters: readonly HttpQueryParameter[],
): RouteMatch {
  const query = parameters.map(({ name, match }) => {
    return match?.exact === undefined ? { name } : { name, value: match.exact };
  });
  return { path, ...(headers.length > 0 && { headers }), ...(query.length > 0 && { query }) };
}

const pseudo = (name: string, value: string | undefined): readonly HeaderMatch[] =>
  value === undefined ? [] : [{ name, value: { kind: 'exact', value } }];

interface NamedMatch {
  readonly name: string;
  readonly invert?: boolean;
  readonly match?: HeaderMatchMethod;
}

/** API reference, HttpRouteHeader: a header without a match must be there; `invert` asks for the opposite. */
function headerMatch({ name, match, invert = false }: NamedMatch): HeaderMatch {
  return {
    name,
    value: match === undefined ? { kind: 'present' } : valueMatch(match),
    ...(invert && { inverted: true }),
  };
}

function valueMatch(match: HeaderMatchMethod): ValueMatch {
  const found = memberOf(match);
  switch (found.kind) {
    case 'exact':
    case 'prefix':
    case 'suffix':
    case 'regex':
      return found;
    case 'range':
      return { kind: 'range', start: wholeNumber(found.value.start), end: wholeNumber(found.value.end) };
    default:
      return unreachable(found);
  }
}

// Envoy compares in 64 bits, and JavaScript is exact up to 53: no header is told apart beyond.
const wholeNumber = (value: number): number =>
  Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

function bothPaths(path: NonNullable<HttpRouteMatch['path']>, prefix: string | undefined): readonly Fault[] {
  const given = [prefix, path.exact, path.regex].filter((value) => value !== undefined);
  return given.length > 1 ? [{ member: 'path', reason: 'a path is matched in one way only' }] : [];
}

// Envoy matches a CONNECT request by no path at all (Envoy docs, RouteMatch.connect_matcher): such a route would take
// nothing, as it took nothing in App Mesh.
const pathless = (method: string | undefined): readonly Fault[] =>
  method === 'CONNECT' ? [{ member: 'method', reason: 'a CONNECT request has no path that a route could match' }] : [];

function headerFaults(member: string, { name, match }: NamedMatch): readonly Fault[] {
  return [
    ...(isText(name) ? [] : [{ member: `${member}.name`, reason: 'a name with control characters is no header' }]),
    ...faultsOfRegex(`${member}.match.regex`, match?.regex),
  ];
}

const isText = (name: string): boolean => name !== '' && !/\p{Cc}/u.test(name);

function queryFaults(member: string, name: string): readonly Fault[] {
  const reason = 'a query parameter has a name of 1 to 1024 bytes';
  const size = Buffer.byteLength(name);
  return size > 0 && size <= 1024 ? [] : [{ member, reason }];
}

function faultsOfRegex(member: string, regex: string | undefined): readonly Fault[] {
  const reason = regex === undefined ? undefined : regexFault(regex);
  return reason === undefined ? [] : [{ member, reason }];
}
