// What the fleet's Envoys run, written to the views for whoever asks: the heartbeat of this task every five seconds,
// and at most once a second one item for each node or gateway whose state changed, and how far each mesh was folded.
import { setImmediate as breathe } from 'node:timers/promises';
import { type FleetTask, type FoldedMesh, fleetViews, type ProxyItem } from '#events/fleet.ts';
import { newestSchema } from '#events/schema.ts';
import type { ViewEntry, ViewStore } from '#events/store.ts';
import { itemOf } from './fleet-item.ts';
import type { ProxyView } from './proxies.ts';
import type { StreamStatus } from './xds/status.ts';

/** A proxy among those of all meshes: what its streams carry as their resource. */
export const resourceOf = ({ stream, proxy }: Pick<ProxyView, 'stream' | 'proxy'>): string => `${stream}/${proxy}`;

/** The mesh's stream that a proxy's resource is of. */
export const streamOf = (resource: string): string => resource.split('/').slice(0, 3).join('/');

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
  /** The views cannot be written; told once, and with `undefined` when they are well again. */
  readonly onTrouble: (error: unknown) => void;
}

const heartbeat = 5_000;
const dead = 15_000;
const pace = 1_000;
// After a quiet second a change waits only so long that its acknowledgement is likely to be told with it.
const soon = 100;
// As many as DynamoDB takes in one batch; SQLite keeps everybody waiting while it writes them.
const together = 25;
// A status that nobody renews is of a task long gone.
const kept = 24 * 3_600_000;

type Write = () => Promise<void>;

/** What a view is to hold from now on, and what no more. */
interface Changes {
  readonly put: readonly ViewEntry[];
  readonly drop: readonly string[];
}

export function createFleet({ views, task, now, streams, proxies, folded, onTrouble }: FleetParts): Fleet {
  const waiting = { proxies: new Set<string>(), meshes: new Set<string>() };
  /** What was last written of each mesh. */
  const told = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = Number.NEGATIVE_INFINITY;
  let closed = false;

  /** The writes that went wrong the last time. */
  const failing = new Set<Write>();

  const enqueue = (write: Write): Promise<void> => {
    writing = writing.then(write).then(
      () => {
        if (failing.delete(write) && failing.size === 0) onTrouble(undefined);
      },
      (error: unknown) => {
        if (failing.size === 0) onTrouble(error);
        failing.add(write);
      },
    );
    return writing;
  };
  const beat: Write = () => {
    const value: FleetTask = { at: now(), streams: streams().length, reads: newestSchema };
    return views.put(fleetViews.tasks, { key: task, value, expiresAt: now() + dead });
  };
  const leave: Write = () => views.delete(fleetViews.tasks, task);

  function changedItems(due: readonly string[]): Changes {
    const open = Map.groupBy(streams(), (stream) => stream.resource);
    const seen = Map.groupBy(proxies(), resourceOf);
    const [put, drop]: [ViewEntry[], string[]] = [[], []];
    for (const resource of due) {
      const key = `${resource}/${task}`;
      const value: ProxyItem = itemOf(task, open.get(resource) ?? [], seen.get(resource) ?? []);
      if (value.count === 0) drop.push(key);
      else put.push({ key, value, expiresAt: now() + kept });
    }
    return { put, drop };
  }

  /** Which meshes are to be told of, each with the sequence, if it is served here. */
  function movedMeshes(due: Iterable<string>): ReadonlyMap<string, number | undefined> {
    const served = new Set([...proxies()].map(({ stream }) => stream));
    const sequences = [...due].map((stream) => [stream, served.has(stream) ? folded(stream) : undefined] as const);
    return new Map(sequences.filter(([stream, sequence]) => sequence !== told.get(stream)));
  }

  function changedMeshes(moved: ReadonlyMap<string, number | undefined>): Changes {
    const [put, drop]: [ViewEntry[], string[]] = [[], []];
    for (const [stream, sequence] of moved) {
      const key = `${stream}/${task}`;
      if (sequence === undefined) drop.push(key);
      else put.push({ key, value: { task, folded: sequence } satisfies FoldedMesh, expiresAt: now() + kept });
    }
    return { put, drop };
  }

  /** A group at a time, so that a whole fleet that changed keeps nobody from their turn. */
  async function write(view: string, { put, drop }: Changes): Promise<void> {
    for (let at = 0; at < put.length; at += together) {
      if (at > 0) await breathe();
      await views.putAll(view, put.slice(at, at + together));
    }
    for (let at = 0; at < drop.length; at += together) {
      if (at > 0) await breathe();
      await views.deleteAll(view, drop.slice(at, at + together));
    }
  }

  async function flush(): Promise<void> {
    const due = [...waiting.proxies];
    const meshes = new Set([...waiting.meshes, ...due.map(streamOf)]);
    waiting.proxies.clear();
    waiting.meshes.clear();
    try {
      // All is of one moment; items are written before the sequences that they have caught up with.
      const [items, moved] = [changedItems(due), movedMeshes(meshes)];
      await write(fleetViews.proxies, items);
      await write(fleetViews.meshes, changedMeshes(moved));
      for (const [stream, sequence] of moved) {
        if (sequence === undefined) told.delete(stream);
        else told.set(stream, sequence);
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

  void enqueue(beat);
  const beating = setInterval(() => void enqueue(beat), heartbeat).unref();

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
      await enqueue(leave);
    },
  };
}
