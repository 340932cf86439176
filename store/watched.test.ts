// Watching a store: each change of how it is, is told once, and what it answers stays what it is.
import { expect, test, vi } from 'vitest';
import { type StoreFailure, storeFailure } from '#events/store-failure.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { memoryEventStore, memoryViewStore } from './memory.ts';
import { type Around, eventsThrough, viewsThrough } from './through.ts';
import { watched } from './watched.ts';

/** A store whose reads or writes throw what is set, and what was told of it. */
function bench() {
  const broken: { read?: unknown; write?: unknown } = {};
  const around: Around = async (kind, call) => {
    if (kind !== 'settle' && broken[kind] !== undefined) throw broken[kind];
    return call();
  };
  let trouble: (failure: StoreFailure | undefined) => void = () => {};
  const memory = eventsThrough(memoryEventStore(), around);
  const events = {
    ...memory,
    follow: (changed: (stream: string) => void, given: typeof trouble = () => {}) => {
      trouble = given;
      return memory.follow(changed);
    },
  };
  const views = viewsThrough(memoryViewStore({ now: () => 0 }), around);
  const told: (string | undefined)[] = [];
  const store = watched({ events, views }, (what) => told.push(what));
  return { store, broken, told, following: (failure: StoreFailure | undefined) => trouble(failure) };
}

test('a write that fails is told once, and is well with the next that does not', async () => {
  const { store, broken, told } = bench();
  broken.write = storeFailure(new Error('database or disk is full'));
  for (let time = 0; time < 3; time += 1) {
    await expect(store.views.put('v', { key: 'k', value: 1 })).rejects.toBe(broken.write);
    // What can still be read does not hide that nothing can be written.
    expect(await store.events.read('a', 1)).toEqual([]);
  }
  expect(told).toEqual(['it cannot be written: database or disk is full']);
  delete broken.write;
  expect(await store.events.append([sampleCommit('a', 1)])).toEqual({ ok: true });
  expect(told).toEqual(['it cannot be written: database or disk is full', undefined]);
});

test('what went well without writing anything does not show that it can be written', async () => {
  const { store, broken, told } = bench();
  await store.events.append([sampleCommit('a', 1)]);
  await store.views.put('v', { key: 'k', value: 1 });
  broken.write = storeFailure('full');
  await expect(store.views.put('v', { key: 'k', value: 1 })).rejects.toBe(broken.write);
  delete broken.write;
  await store.views.deleteAll('v', ['nothing']);
  expect(await store.events.append([sampleCommit('a', 1, { id: 'another' })])).toMatchObject({ ok: false });
  expect(await store.views.putIfAbsent('v', { key: 'k', value: 2 })).toMatchObject({ value: 1 });
  expect(told).toEqual(['it cannot be written: full']);
  await store.views.put('v', { key: 'k', value: 2 });
  expect(told.at(-1)).toBeUndefined();
});

test('all that fails is named', async () => {
  const { store, broken, told, following } = bench();
  store.events.follow(() => {});
  broken.read = storeFailure('away');
  await expect(store.views.get('v', 'k')).rejects.toBe(broken.read);
  following(storeFailure('gone'));
  delete broken.read;
  await store.views.list('v');
  following(undefined);
  expect(told).toEqual([
    'it cannot be read: away',
    'it cannot be read: away; it cannot be followed: gone',
    'it cannot be followed: gone',
    undefined,
  ]);
});

test('a store that could not be read is well again though nobody asks it anything', async () => {
  const { store, broken, told } = bench();
  broken.read = storeFailure('away');
  await expect(store.views.get('v', 'k')).rejects.toBe(broken.read);
  delete broken.read;
  await vi.waitFor(() => expect(told.at(-1)).toBeUndefined(), { timeout: 20_000, interval: 20 });
});

test('a bug says nothing of the store', async () => {
  const { store, told } = bench();
  await expect(store.events.append([])).rejects.toThrow('without a commit');
  expect(told).toEqual([]);
});
