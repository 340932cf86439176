// In which order routes are tried: Envoy takes the first that matches, App Mesh ordered them by priority and length.
import type { RouteMatch } from './graph.ts';

interface Ranked {
  readonly match: RouteMatch;
  readonly priority: number | undefined;
  /** A gateway route's host, told by its rank. */
  readonly host?: { readonly rank: number };
}

const kinds = { exact: 0, regex: 1, prefix: 2 } as const;

/**
 * Guide, routes: 0 is the highest priority, a route without one comes after all that have one. Among equals the more
 * specific is tried first: a host, and then a path that is exact before an expression before a prefix; of each the
 * longest; then the one that asks more of headers and query. What is still equal keeps its order, which is that of the names.
 */
export function byPrecedence(left: Ranked, right: Ranked): number {
  const [first, second] = [left.priority ?? Number.MAX_SAFE_INTEGER, right.priority ?? Number.MAX_SAFE_INTEGER];
  const [leftHost, rightHost] = [left.host?.rank ?? 0, right.host?.rank ?? 0];
  return first - second || rightHost - leftHost || bySpecificity(left.match, right.match);
}

function bySpecificity(left: RouteMatch, right: RouteMatch): number {
  return (
    kinds[left.path.kind] - kinds[right.path.kind] ||
    right.path.value.length - left.path.value.length ||
    conditions(right) - conditions(left)
  );
}

const conditions = ({ headers = [], query = [] }: RouteMatch): number => headers.length + query.length;
