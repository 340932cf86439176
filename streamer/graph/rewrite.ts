// What a gateway route makes of a request's path before it goes to the virtual service.
import type { HttpGatewayRouteRewrite } from '#events/model/shapes.ts';
import type { PathRewrite, RouteMatch } from './graph.ts';
import type { Fault } from './match.ts';

export type PathChange = PathRewrite | 'as it is';

/**
 * Guide, gateway routes: a matched prefix becomes `/` unless that is switched off or another value is given; an exact
 * path or an expression stays unless it is to be rewritten as a whole. A fault's member is a path inside `rewrite`.
 */
export function pathChange(
  { path }: RouteMatch,
  rewrite: Pick<HttpGatewayRouteRewrite, 'path' | 'prefix'> = {},
): PathChange | Fault {
  const { value, defaultPrefix } = rewrite.prefix ?? {};
  const exact = rewrite.path?.exact;
  if (exact !== undefined && value !== undefined) return fault('prefix', 'a path is rewritten in one way only');
  if (exact !== undefined) {
    const whole = path.kind === 'exact' ? 'match' : 'path';
    return isPath(exact) ? { replaces: whole, by: exact } : fault('path.exact', notPath(exact));
  }
  if (path.kind !== 'prefix') {
    const nothing = value === undefined && defaultPrefix !== 'ENABLED';
    return nothing ? 'as it is' : fault('prefix', 'the route matches no prefix that could be rewritten');
  }
  if (value !== undefined)
    return isPath(value) ? { replaces: 'match', by: value } : fault('prefix.value', notPath(value));
  return defaultPrefix === 'DISABLED' ? 'as it is' : { replaces: 'match', by: '/' };
}

const fault = (member: string, reason: string): Fault => ({ member, reason });
const notPath = (value: string): string => `${JSON.stringify(value)} is no path that begins with /`;
const isPath = (value: string): boolean => value.startsWith('/') && !/\p{Cc}/u.test(value);

/** A match, and what becomes of the path that it matched. */
export interface RewrittenMatch {
  readonly match: RouteMatch;
  readonly change: PathChange;
}

/**
 * The matches that a rewritten route needs. What takes the place of a prefix is joined to the rest by one slash, so that
 * neither `//b` nor `/xb` comes of `/b`: a prefix without a final slash that becomes one with it stands twice (so seen in
 * a configuration dump), and one with it that becomes one without gets it unless nothing follows.
 */
export function rewrittenMatches(match: RouteMatch, change: PathChange): readonly RewrittenMatch[] {
  const { path } = match;
  const asked = { match, change };
  if (change === 'as it is' || change.replaces === 'path' || path.kind !== 'prefix') return [asked];
  const [before, after] = [path.value.endsWith('/'), change.by.endsWith('/')];
  if (before === after) return [asked];
  if (after) return [{ match: { ...match, path: { ...path, value: `${path.value}/` } }, change }, asked];
  const alone: RouteMatch = { ...match, path: { kind: 'exact', value: path.value } };
  return [
    { match: alone, change },
    { match, change: { ...change, by: `${change.by}/` } },
  ];
}
