// What the fleet's Envoys run, written to the views for whoever asks: the heartbeat of this task every five seconds,
// and at most once a second one item for each node or gateway whose state changed, and how far each mesh was folded.
import { type FoldedMesh, fleetViews, type ProxyItem } from '#events/fleet.ts';
import type { ViewStore } from '#events/store.ts';
import { itemOf } from './fleet-item.ts';
import type { ProxyView } from './proxies.ts';
import type { StreamStatus } from './xds/status.ts';

/** A proxy among those of all meshes: what its streams carry as their resource. */
export const resourceOf = ({ stream, proxy }: Pick<ProxyView, 'stream' | 'proxy'>): string => `${stream}/${proxy}`;

const streamOf = (resource: string): string => resource.split('/').slice(0, 3).join('/');

export interface Fleet {
  /** A stream of this proxy opened, closed, acknowledged or refused, or it was translated anew. */
  touched(resource: string): void;
  /** A mesh was folded further, and whom that concerns was touched. */
  moved(stream: string): void;
  close(): Promise<void>;
}

export interface FleetParts {
  readonly views: ViewStore;
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** All open streams; their `resource` is the `resourceOf` a proxy. */
  readonly streams: () => readonly StreamStatus[];
  /** All proxies with an open stream. */
  readonly proxies: () => Iterable<ProxyView>;
  /** The sequence to which a mesh is folded here, if it is followed. */
  readonly folded: (stream: string) => number | undefined;
  readonly onTrouble: (error: unknown) => void;
}

const heartbeat = 5_000;
const dead = 15_000;
const pace = 1_000;
// After a quiet second a change waits only so long that its acknowledgement is likely to be told with it.
const soon = 100;
const together = 25;
// A status that nobody renews is of a task long gone.
const kept = 24 * 3_600_000;

type Write = () => Promise<void>;

export function createFleet({ views, task, now, streams, proxies, folded, onTrouble }: FleetParts): Fleet {
  const waiting = { proxies: new Set<string>(), meshes: new Set<string>() };
  /** What was last written of each mesh. */
  const told = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = Number.NEGATIVE_INFINITY;
  let closed = false;

  const enqueue = (write: Write): Promise<void> => {
    writing = writing.then(write).catch(onTrouble);
    return writing;
  };
  const beat = () =>
    enqueue(() => views.put(fleetViews.tasks, { key: task, value: { at: now() }, expiresAt: now() + dead }));

  function itemWrites(due: readonly string[]): readonly Write[] {
    const open = Map.groupBy(streams(), (stream) => stream.resource);
    const seen = Map.groupBy(proxies(), resourceOf);
    return due.map((resource) => {
      const key = `${resource}/${task}`;
      const item: ProxyItem = itemOf(task, open.get(resource) ?? [], seen.get(resource) ?? []);
      if (item.count === 0) return () => views.delete(fleetViews.proxies, key);
      return () => views.put(fleetViews.proxies, { key, value: item, expiresAt: now() + kept });
    });
  }

  function meshWrites(due: Iterable<string>): readonly Write[] {
    const served = new Set([...proxies()].map(({ stream }) => stream));
    return [...due].flatMap((stream): readonly Write[] => {
      const key = `${stream}/${task}`;
      const sequence = served.has(stream) ? folded(stream) : undefined;
      if (sequence === told.get(stream)) return [];
      if (sequence === undefined) {
        return [() => views.delete(fleetViews.meshes, key).then(() => void told.delete(stream))];
      }
      const value: FoldedMesh = { task, folded: sequence };
      const entry = { key, value, expiresAt: now() + kept };
      return [() => views.put(fleetViews.meshes, entry).then(() => void told.set(stream, sequence))];
    });
  }

  async function flush(): Promise<void> {
    const due = [...waiting.proxies];
    const meshes = new Set([...waiting.meshes, ...due.map(streamOf)]);
    waiting.proxies.clear();
    waiting.meshes.clear();
    try {
      // All is of one moment; items are written before the sequences that they have caught up with.
      const writes = [itemWrites(due), meshWrites(meshes)];
      for (const group of writes) {
        for (let at = 0; at < group.length; at += together) {
          await Promise.all(group.slice(at, at + together).map((write) => write()));
        }
      }
    } catch (error) {
      for (const resource of due) waiting.proxies.add(resource);
      for (const stream of meshes) waiting.meshes.add(stream);
      throw error;
    } finally {
      lastFlush = now();
      timer = undefined;
      if (waiting.proxies.size + waiting.meshes.size > 0) schedule();
    }
  }

  function schedule(): void {
    if (timer !== undefined || closed) return;
    const wait = Math.min(pace, Math.max(soon, lastFlush + pace - now()));
    timer = setTimeout(() => void enqueue(flush), wait).unref();
  }

  void beat();
  const beating = setInterval(beat, heartbeat).unref();

  return {
    touched(resource) {
      waiting.proxies.add(resource);
      schedule();
    },
    moved(stream) {
      waiting.meshes.add(stream);
      schedule();
    },
    async close() {
      closed = true;
      clearInterval(beating);
      clearTimeout(timer);
      void enqueue(flush);
      await enqueue(() => views.delete(fleetViews.tasks, task));
    },
  };
}
