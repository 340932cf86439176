// What the fleet's Envoys run, written to the views for whoever asks: the heartbeat of this task every five seconds,
// and at most once a second one item for each node or gateway whose state changed.
import type { ViewStore } from '#events/store.ts';
import type { ProxyView } from './proxies.ts';
import type { StreamStatus } from './xds/status.ts';

/** A proxy among those of all meshes: what its streams carry as their resource. */
export const resourceOf = ({ stream, proxy }: Pick<ProxyView, 'stream' | 'proxy'>): string => `${stream}/${proxy}`;

/** Views of the fleet: `task` by task id, `proxy` by mesh stream, key and task. */
export const fleetViews = { tasks: 'fleet-task', proxies: 'fleet-proxy' } as const;

/** One Envoy that has not acknowledged what its node was last told, or has refused it. */
export interface Laggard {
  readonly node: string;
  readonly peer: string;
  readonly since: number;
  readonly mode: string;
  readonly acknowledged?: number;
  readonly nacks: readonly {
    readonly type: string;
    readonly message: string;
    readonly names?: readonly string[];
    readonly at: number;
  }[];
}

/** A node or gateway on one task; `translated` and `acknowledged` (by all its Envoys) are sequences of the mesh. */
export interface ProxyItem {
  readonly task: string;
  readonly envoys: number;
  readonly translated: number | undefined;
  readonly acknowledged: number | undefined;
  readonly laggards: readonly Laggard[];
}

export interface Fleet {
  /** A stream of this proxy opened, closed, acknowledged or refused, or it was translated anew. */
  touched(resource: string): void;
  close(): Promise<void>;
}

export interface FleetParts {
  readonly views: ViewStore;
  readonly task: string;
  readonly now: () => number;
  /** All open streams; their `resource` is the `resourceOf` a proxy. */
  readonly streams: () => readonly StreamStatus[];
  /** All proxies with an open stream. */
  readonly proxies: () => Iterable<ProxyView>;
  readonly onTrouble: (error: unknown) => void;
}

const heartbeat = 5_000;
const dead = 15_000;
const pace = 1_000;
const shownLaggards = 100;
// A status that nobody renews is of a task long gone.
const kept = 24 * 3_600_000;

export function createFleet({ views, task, now, streams, proxies, onTrouble }: FleetParts): Fleet {
  const waiting = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  const enqueue = (write: () => Promise<void>): void => {
    writing = writing.then(write).catch(onTrouble);
  };
  const beat = () =>
    enqueue(() => views.put(fleetViews.tasks, { key: task, value: { at: now() }, expiresAt: now() + dead }));

  async function flush(): Promise<void> {
    const due = [...waiting];
    waiting.clear();
    const open = Map.groupBy(streams(), (stream) => stream.resource);
    // Several places of one node count as one: the slowest of them is what has been translated.
    const translated = new Map<string, number>();
    for (const view of proxies()) {
      const sequence = view.current()?.sequence;
      const known = translated.get(resourceOf(view));
      if (sequence !== undefined) translated.set(resourceOf(view), Math.min(sequence, known ?? sequence));
    }
    for (const resource of due) {
      const key = `${resource}/${task}`;
      const item = itemOf(task, open.get(resource) ?? [], translated.get(resource));
      if (item.envoys === 0) await views.delete(fleetViews.proxies, key);
      else await views.put(fleetViews.proxies, { key, value: item, expiresAt: now() + kept });
    }
  }

  beat();
  const timers = [setInterval(beat, heartbeat), setInterval(() => waiting.size > 0 && enqueue(flush), pace)];
  for (const timer of timers) timer.unref();

  return {
    touched: (resource) => void waiting.add(resource),
    async close() {
      for (const timer of timers) clearInterval(timer);
      enqueue(flush);
      enqueue(() => views.delete(fleetViews.tasks, task));
      await writing;
    },
  };
}

function itemOf(task: string, streams: readonly StreamStatus[], translated: number | undefined): ProxyItem {
  const acknowledged = streams.map((stream) => stream.sequence?.acked);
  const laggards = streams.filter((stream) => stream.sequence?.acked !== translated || nacksOf(stream).length > 0);
  return {
    task,
    envoys: streams.length,
    translated,
    acknowledged: acknowledged.includes(undefined) ? undefined : Math.min(...(acknowledged as number[])),
    laggards: laggards.slice(0, shownLaggards).map(laggardOf),
  };
}

function laggardOf(stream: StreamStatus): Laggard {
  const { node, peer, since, mode, sequence } = stream;
  const acked = sequence?.acked;
  return { node, peer, since, mode, ...(acked !== undefined && { acknowledged: acked }), nacks: nacksOf(stream) };
}

const nacksOf = ({ types }: StreamStatus): Laggard['nacks'] =>
  Object.entries(types).flatMap(([type, { nack }]) => (nack === undefined ? [] : [{ type, ...nack }]));
