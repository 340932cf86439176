// What a proxy was there for until lately. Others that send requests its way hear of a change earlier or later than it
// does, and requests are on their way meanwhile: who serves the proxy remembers what was, and says it for a while.

import type { Listener } from '#events/model/shapes.ts';
import { type Key, refOf } from '#events/names.ts';
import { find, type MeshState } from '#events/state.ts';
import { type LoopTarget, loopTargets, sameTarget } from './loop-target.ts';

export interface Former {
  /** Listeners of a node, by port. */
  readonly listeners: readonly Listener[];
  /** What the routes of a gateway lead to. */
  readonly targets: readonly LoopTarget[];
}

export const nothing: Former = { listeners: [], targets: [] };

/** What a proxy is there for now, which may be former one day. */
export function presentOf(state: MeshState, proxy: Key): Former {
  const ref = refOf(proxy);
  const node = ref?.kind === 'virtualNode' ? find(state, 'virtualNode', ref.name) : undefined;
  return { listeners: node?.spec.listeners ?? [], targets: loopTargets(state, proxy) };
}

/** What of the past is no more, each thing as it was last. */
export function formerOf(past: readonly Former[], present: Former): Former {
  return {
    listeners: gone(
      past.flatMap(({ listeners }) => listeners),
      present.listeners,
      samePort,
    ),
    targets: gone(
      past.flatMap(({ targets }) => targets),
      present.targets,
      sameTarget,
    ),
  };
}

export const isNothing = ({ listeners, targets }: Former): boolean => listeners.length + targets.length === 0;

const samePort = (one: Listener, other: Listener): boolean => one.portMapping.port === other.portMapping.port;

const gone = <T>(past: readonly T[], present: readonly T[], same: (one: T, other: T) => boolean): readonly T[] =>
  past.filter((one, index) => {
    return !present.some((other) => same(one, other)) && past.findLastIndex((other) => same(one, other)) === index;
  });
