// What routes and gateway routes match requests by: paths, headers, gRPC metadata.
import type { HttpGatewayRouteMatch, HttpRouteMatch, MatchRange } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { oneOfFaults } from './one-of.ts';
import { regularExpressionFaults } from './regular-expression.ts';

/** The match of an HTTP or HTTP/2 route, of a router or of a gateway. */
export function httpMatchFaults(path: string, match: HttpRouteMatch | HttpGatewayRouteMatch): readonly Fault[] {
  return [
    // A prefix and a path together would leave open which one decides. With neither, every path matches.
    ...oneOfFaults(path, match, ['path', 'prefix'], 'at most one'),
    ...oneOfFaults(`${path}.path`, match.path, ['exact', 'regex']),
    ...slashFaults(`${path}.prefix`, match.prefix),
    ...slashFaults(`${path}.path.exact`, match.path?.exact),
    ...regularExpressionFaults(`${path}.path.regex`, match.path?.regex),
    ...valueMatchFaults(`${path}.headers`, match.headers),
  ];
}

/** "This parameter must always start with /" (API reference, HttpRouteMatch and HttpGatewayRouteMatch). */
export function slashFaults(path: string, value: string | undefined): readonly Fault[] {
  return value === undefined || value.startsWith('/') ? [] : [constraint(path, value, 'Member must start with /')];
}

interface ValueMatch {
  readonly match?: { readonly regex?: string; readonly range?: MatchRange };
}

/** Headers, or gRPC metadata. */
export function valueMatchFaults(path: string, matches: readonly ValueMatch[] | undefined): readonly Fault[] {
  return (matches ?? []).flatMap(({ match }, index) => [
    ...regularExpressionFaults(`${path}[${index}].match.regex`, match?.regex),
    ...rangeFaults(`${path}[${index}].match.range`, match?.range),
  ]);
}

// "The first character of the range is included in the range, though the last character is not" (API reference,
// MatchRange): one that does not end after its start holds no value.
function rangeFaults(path: string, range: MatchRange | undefined): readonly Fault[] {
  if (range === undefined || range.start < range.end) return [];
  return [constraint(`${path}.end`, range.end, `Member must have value greater than ${range.start}, the start`)];
}
