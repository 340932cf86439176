// Envoys that were turned away, for whoever looks at the status: the newest refusal of each, kept for a while, and gone once
// it is let in. Only of those who showed good credentials and named a resource; of all others there is the log.
import { fleetViews, type TurnedAway } from '#events/fleet.ts';
import type { ViewEntry, ViewStore } from '#events/store.ts';
import type { StreamEvent } from './xds/status.ts';

export interface TurnedAwayEnvoys {
  /** Something happened on a stream. */
  happened(event: StreamEvent): void;
  /** Writes what is yet to be written. */
  close(): Promise<void>;
}

export interface TurnedAwayParts {
  readonly views: ViewStore;
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onTrouble: (error: unknown) => void;
}

// Envoy comes back every few seconds: who has not for so long is gone, or tries elsewhere.
const kept = 10 * 60_000;
const pace = 1_000;
/** The most of one resource, and the most resources: whoever tries them all fills no view. */
const most = { envoys: 20, resources: 1_000 };

export function createTurnedAway({ views, task, now, onTrouble }: TurnedAwayParts): TurnedAwayEnvoys {
  /** By resource, then by node id and host. */
  const all = new Map<string, Map<string, TurnedAway>>();
  const waiting = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function entryOf(resource: string): ViewEntry | undefined {
    const envoys = [...(all.get(resource)?.values() ?? [])].filter(({ at }) => at > now() - kept);
    const newest = Math.max(...envoys.map(({ at }) => at));
    return envoys.length === 0 ? undefined : { key: `${resource}/${task}`, value: envoys, expiresAt: newest + kept };
  }

  async function flush(): Promise<void> {
    const due = [...waiting];
    waiting.clear();
    const entries = due.map((resource) => ({ resource, entry: entryOf(resource) }));
    const gone = entries.filter(({ entry }) => entry === undefined).map(({ resource }) => `${resource}/${task}`);
    await views.putAll(
      fleetViews.turnedAway,
      entries.flatMap(({ entry }) => entry ?? []),
    );
    await views.deleteAll(fleetViews.turnedAway, gone);
  }

  function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(flush).catch(onTrouble);
    return writing;
  }

  function changed(resource: string): void {
    waiting.add(resource);
    timer ??= setTimeout(() => void write(), pace).unref();
  }

  function refused(resource: string, envoy: TurnedAway): void {
    const envoys = all.get(resource) ?? new Map<string, TurnedAway>();
    // The newest stand last, in both.
    all.delete(resource);
    all.set(resource, envoys);
    envoys.delete(nameOf(envoy));
    envoys.set(nameOf(envoy), envoy);
    for (const name of envoys.keys()) if (envoys.size > most.envoys) envoys.delete(name);
    for (const other of all.keys()) if (all.size > most.resources) all.delete(other);
    changed(resource);
  }

  return {
    happened(event) {
      const { resource, node = '', peer: address, mode } = event;
      if (resource === undefined) return;
      if (event.kind === 'refused') {
        const { caller = '', code, message } = event;
        refused(resource, { node, address, mode, caller, code, message, at: now() });
      } else if (event.kind === 'opened') {
        const envoys = all.get(resource);
        if (envoys?.delete(nameOf({ node, address }))) changed(resource);
        if (envoys?.size === 0) all.delete(resource);
      }
    },
    async close() {
      await write();
    },
  };
}

/** An Envoy that tries again comes from another port. */
const nameOf = ({ node, address }: Pick<TurnedAway, 'node' | 'address'>): string =>
  `${node} ${address.startsWith('unix:') ? address : address.replace(/:\d+$/, '')}`;
