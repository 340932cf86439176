// A store whose every call passes through one function: where failures are named, counted or told of.
import type { EventStore, ViewStore } from '#events/store.ts';

/** The log and the views of one installation. */
export interface Stores {
  readonly events: EventStore;
  readonly views: ViewStore;
}

/** `settle`: a write that may find all as it is to be, and then writes nothing. */
export type CallKind = 'read' | 'write' | 'settle';

/** Makes the call, at once; what it gives or throws is what the store's caller sees. */
export type Around = <T>(kind: CallKind, call: () => Promise<T>) => Promise<T>;

export const eventsThrough = (events: EventStore, around: Around): EventStore => ({
  ...events,
  append: (...given) => around('write', () => events.append(...given)),
  read: (...given) => around('read', () => events.read(...given)),
  streams: () => around('read', () => events.streams()),
});

export const viewsThrough = (views: ViewStore, around: Around): ViewStore => ({
  ...views,
  put: (...given) => around('write', () => views.put(...given)),
  putAll: (...given) => around('write', () => views.putAll(...given)),
  putIfAbsent: (...given) => around('settle', () => views.putIfAbsent(...given)),
  putUnlessLater: (...given) => around('settle', () => views.putUnlessLater(...given)),
  get: (...given) => around('read', () => views.get(...given)),
  list: (...given) => around('read', () => views.list(...given)),
  delete: (...given) => around('settle', () => views.delete(...given)),
  deleteAll: (...given) => around('settle', () => views.deleteAll(...given)),
  putSnapshot: (...given) => around('write', () => views.putSnapshot(...given)),
  newestSnapshot: (...given) => around('read', () => views.newestSnapshot(...given)),
  dropSnapshots: (...given) => around('write', () => views.dropSnapshots(...given)),
});
