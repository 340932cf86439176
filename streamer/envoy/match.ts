// What a request must be, as Envoy's RouteMatch.
import {
  type DeepPartial,
  HeaderMatcher,
  QueryParameterMatcher,
  RouteMatch,
} from '../gen/envoy/config/route/v3/route_components.ts';
import type { StringMatcher } from '../gen/envoy/type/matcher/v3/string.ts';
import type { HeaderMatch, RouteMatch as Match } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';

export function routeMatch({ path, headers = [], query = [] }: Match): RouteMatch {
  return RouteMatch.fromPartial({
    pathSpecifier: pathSpecifier(path),
    headers: headers.map(headerMatcher),
    queryParameters: query.map(queryParameterMatcher),
  });
}

function pathSpecifier({ kind, value }: Match['path']): DeepPartial<RouteMatch>['pathSpecifier'] {
  switch (kind) {
    case 'prefix':
      return { $case: 'prefix', value };
    case 'exact':
      return { $case: 'path', value };
    case 'regex':
      return { $case: 'safeRegex', value: { regex: value } };
    default:
      return unreachable(kind);
  }
}

function headerMatcher(header: HeaderMatch): HeaderMatcher {
  return HeaderMatcher.fromPartial({
    name: header.name,
    invertMatch: header.inverted ?? false,
    headerMatchSpecifier: headerMatchSpecifier(header),
  });
}

function headerMatchSpecifier({ value, ignoresCase }: HeaderMatch): DeepPartial<HeaderMatcher>['headerMatchSpecifier'] {
  const string = (matchPattern: DeepPartial<StringMatcher>['matchPattern']) =>
    ({ $case: 'stringMatch', value: { matchPattern, ignoreCase: ignoresCase ?? false } }) as const;
  switch (value.kind) {
    case 'present':
      return { $case: 'presentMatch', value: true };
    case 'exact':
      return string({ $case: 'exact', value: value.value });
    case 'prefix':
      return string({ $case: 'prefix', value: value.value });
    case 'suffix':
      return string({ $case: 'suffix', value: value.value });
    case 'regex':
      return string({ $case: 'safeRegex', value: { regex: value.value } });
    case 'range':
      return { $case: 'rangeMatch', value: { start: value.start, end: value.end } };
    default:
      return unreachable(value);
  }
}

function queryParameterMatcher({ name, value }: NonNullable<Match['query']>[number]): QueryParameterMatcher {
  const queryParameterMatchSpecifier: DeepPartial<QueryParameterMatcher>['queryParameterMatchSpecifier'] =
    value === undefined
      ? { $case: 'presentMatch', value: true }
      : { $case: 'stringMatch', value: { matchPattern: { $case: 'exact', value } } };
  return QueryParameterMatcher.fromPartial({ name, queryParameterMatchSpecifier });
}
