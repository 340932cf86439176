// In which order routes are tried: Envoy takes the first that matches, App Mesh ordered them by priority and length.

interface Ranked {
  readonly priority: number | undefined;
  readonly prefix: string;
}

/**
 * Guide, routes: 0 is the highest priority, a route without one comes after all that have one; among equals the
 * longest prefix is tried first. What is still equal keeps its order.
 */
export function byPrecedence(left: Ranked, right: Ranked): number {
  const [first, second] = [left.priority ?? Number.MAX_SAFE_INTEGER, right.priority ?? Number.MAX_SAFE_INTEGER];
  return first - second || right.prefix.length - left.prefix.length;
}
