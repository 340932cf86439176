// A store whose process dies at a given write: just before it, or just after it and before anybody hears of it. From then
// on nothing is written any more.
import type { EventStore, ViewStore } from '#events/store.ts';

export interface Crash {
  /** Counted from 1. */
  readonly write: number;
  readonly when: 'before' | 'after';
}

export interface CrashingStore {
  readonly events: EventStore;
  readonly views: ViewStore;
  /** Whether the process has died. */
  dead(): boolean;
  /** Whether anything has been appended. */
  appended(): boolean;
}

export function crashingStore(events: EventStore, views: ViewStore, crash: Crash): CrashingStore {
  let writes = 0;
  let dead = false;
  let appended = false;

  async function write<T>(call: () => Promise<T>, isAppend: boolean): Promise<T> {
    const died = new Error('the process has died');
    writes += 1;
    if (writes === crash.write && crash.when === 'before') dead = true;
    if (dead) throw died;
    if (writes === crash.write) dead = true;
    const result = await call();
    appended ||= isAppend;
    if (writes >= crash.write) throw died;
    return result;
  }

  return {
    events: { ...events, append: (...given) => write(() => events.append(...given), true) },
    views: {
      ...views,
      put: (...given) => write(() => views.put(...given), false),
      deleteAll: (...given) => write(() => views.deleteAll(...given), false),
    },
    dead: () => dead,
    appended: () => appended,
  };
}
