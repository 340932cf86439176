// How long a request may take and a connection may be idle. Two places can say it, a route and the listener that it
// sends to, and each is enforced by its own proxy. A place that says nothing never cuts short what the other allows.
import type { Duration, Listener, RouteSpec } from '#events/model/shapes.ts';
import { keyOf, refOf } from '#events/names.ts';
import { memberOf } from '#events/spec.ts';
import { find, type MeshState, type Resource, usersOf } from '#events/state.ts';
import { idleTimeout, requestTimeout } from './defaults.ts';
import type { Route } from './graph.ts';

/** Milliseconds, 0 for no limit. */
export interface Timeouts {
  readonly requestTimeout: number;
  readonly idleTimeout: number;
}

/** What a document says; a TCP one can only say `idle`. */
export interface SaidTimeouts {
  readonly perRequest?: Duration;
  readonly idle?: Duration;
}

/**
 * What holds where `said` is said and `others` is what the other ends say: one's own word, or else the default (guide:
 * 15 seconds, 300 idle) unless another end says longer.
 */
export function timeoutsOf(said: SaidTimeouts | undefined, others: readonly SaidTimeouts[]): Timeouts {
  const value = (member: keyof SaidTimeouts, byDefault: number): number =>
    milliseconds(said?.[member]) ??
    longest([byDefault, ...others.flatMap((other) => milliseconds(other[member]) ?? [])]);
  return { requestTimeout: value('perRequest', requestTimeout), idleTimeout: value('idle', idleTimeout) };
}

/** The longest that any of a service's routes allows: a gateway does not know which of them a request will take. */
export function longestOf(routes: readonly Route[]): Timeouts {
  const forwards = routes.flatMap(({ action }) => (action.kind === 'forward' ? [action] : []));
  if (forwards.length === 0) return { requestTimeout, idleTimeout };
  return {
    requestTimeout: longest(forwards.map((forward) => forward.requestTimeout)),
    idleTimeout: longest(forwards.map((forward) => forward.idleTimeout)),
  };
}

const longest = (values: readonly number[]): number => (values.includes(0) ? 0 : Math.max(...values));

// Envoy counts in nanoseconds of 64 bits, and refuses what does not fit: 31 years are as good as more.
const most = 1_000_000_000_000;

/** Undefined when a part is missing, so that nothing is said. */
export function milliseconds(duration: Duration | undefined): number | undefined {
  if (duration?.value === undefined) return undefined;
  if (duration.value === 0) return 0;
  if (duration.unit === undefined) return undefined;
  return Math.min(duration.unit === 's' ? duration.value * 1000 : duration.value, most);
}

/** What a node's listener says. */
export const saidBy = (listener: Listener | undefined): SaidTimeouts =>
  listener?.timeout === undefined ? {} : memberOf(listener.timeout).value;

/** What holds on a node's listener: the other ends are the routes that send to it. */
export function listenerTimeouts(state: MeshState, node: Resource<'virtualNode'>, listener: Listener): Timeouts {
  const sole = new Set(node.spec.listeners?.map(({ portMapping }) => portMapping.port)).size === 1;
  const others = usersOf(state, keyOf(node)).flatMap((user) => {
    const ref = refOf(user);
    if (ref?.kind !== 'route') return [];
    const route = find(state, 'route', ref.name, ref.parent);
    return partsOf(route?.spec ?? {}).flatMap(({ timeout, action }) => {
      const meant = action.weightedTargets.some(
        ({ virtualNode, port }) =>
          virtualNode === node.name && (port === undefined ? sole : port === listener.portMapping.port),
      );
      return meant && timeout !== undefined ? [timeout] : [];
    });
  });
  return timeoutsOf(saidBy(listener), others);
}

const partsOf = ({ httpRoute, http2Route, grpcRoute, tcpRoute }: RouteSpec) =>
  [httpRoute, http2Route, grpcRoute, tcpRoute].filter((part) => part !== undefined);

/** The nodes whose own configuration a route's timeouts may concern. */
export const nodesThatHear = (route: Resource<'route'>): readonly string[] =>
  partsOf(route.spec)
    .filter(({ timeout }) => timeout !== undefined)
    .flatMap(({ action }) => action.weightedTargets.map((target) => target.virtualNode));
