// What a request's path becomes on its way, as Envoy's RouteAction has it.
import type { DeepPartial, RouteAction } from '../gen/envoy/config/route/v3/route_components.ts';
import type { PathRewrite } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';

export function pathRewrite(rewrite: PathRewrite | undefined): DeepPartial<RouteAction> {
  if (rewrite === undefined) return {};
  const { replaces, by } = rewrite;
  switch (replaces) {
    case 'match':
      return { prefixRewrite: by };
    case 'path':
      // In a substitution a backslash begins a reference to a group.
      return { regexRewrite: { pattern: { regex: '.*' }, substitution: by.replaceAll('\\', '\\\\') } };
    default:
      return unreachable(replaces);
  }
}
