// The registry's changes on their way into the views: those that come while others are being written go together, and
// a service's revision moves with them.
import type { ViewEntry, ViewStore } from '#events/store.ts';
import { registryView, type ServiceRecord } from './records.ts';

export interface Change {
  /** Later ones of a key win. */
  readonly put?: readonly ViewEntry[];
  readonly drop?: readonly string[];
  /** Keys of services whose instances came or went. */
  readonly revised?: readonly string[];
}

/** Writes a change; it is in the views when the promise is kept. */
export type Write = (change: Change) => Promise<void>;

interface Waiting {
  readonly entries: Map<string, ViewEntry | undefined>;
  readonly revised: Set<string>;
  readonly written: PromiseWithResolvers<void>;
}

const nothing = (): Waiting => ({ entries: new Map(), revised: new Set(), written: Promise.withResolvers() });

/** `now` in milliseconds since the epoch. */
export function registryWrites(views: ViewStore, now: () => number): Write {
  let waiting = nothing();
  let writing = false;

  async function flush({ entries, revised }: Waiting): Promise<void> {
    const gone = [...entries].filter(([, entry]) => entry === undefined).map(([key]) => key);
    if (gone.length > 0) await views.deleteAll(registryView, gone);
    for (const key of revised) {
      const service = entries.has(key) ? entries.get(key) : await views.get(registryView, key);
      // Written anew, it is the last.
      entries.delete(key);
      if (service !== undefined) entries.set(key, { key, value: moved(service.value as ServiceRecord) });
    }
    const put = [...entries.values()].filter((entry) => entry !== undefined);
    // The revision last: who has seen it finds what it is of.
    if (put.length > 0) await views.putAll(registryView, put);
  }

  // Another process on the same data may move it too: by the clock, two hardly ever meet in one number.
  const moved = (service: ServiceRecord): ServiceRecord => ({
    ...service,
    revision: Math.max(service.revision + 1, now() * 1000 + (process.pid % 1000)),
  });

  async function writeAll(): Promise<void> {
    while (waiting.entries.size + waiting.revised.size > 0) {
      const group = waiting;
      waiting = nothing();
      try {
        await flush(group);
        group.written.resolve();
      } catch (error) {
        group.written.reject(error);
      }
    }
    writing = false;
  }

  return ({ put = [], drop = [], revised = [] }) => {
    for (const key of drop) waiting.entries.set(key, undefined);
    for (const entry of put) waiting.entries.set(entry.key, entry);
    for (const key of revised) waiting.revised.add(key);
    const { promise } = waiting.written;
    if (!writing) {
      writing = true;
      // Those that are asked for in the same turn go along.
      setImmediate(() => void writeAll());
    }
    return promise;
  };
}
