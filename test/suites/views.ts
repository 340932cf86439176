// What every store of views must do, whichever database holds it: the contract of ViewStore in tests.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ViewEntry, ViewStore } from '#events/store.ts';

/** Views of their own for one test. */
export interface ViewBench {
  /** One more handle on the views; `now` in milliseconds since the epoch. */
  open(now: () => number): Promise<ViewStore>;
  /** Spoils the stored snapshot of a stream at a sequence, where there is something to spoil. */
  damage?(stream: string, sequence: number, what: 'bytes' | 'digest'): Promise<void>;
  remove(): Promise<void>;
}

const stream = 'mesh/000000000000/a';

export function viewStoreSuite(name: string, make: () => Promise<ViewBench>): void {
  describe(`the views in ${name}`, () => {
    let bench: ViewBench;
    let views: ViewStore;
    let time = 1_000;
    const now = () => time;
    beforeEach(async () => {
      time = 1_000;
      bench = await make();
      views = await bench.open(now);
    });
    afterEach(async () => {
      await views.close();
      await bench.remove();
    });
    const keys = async (view: string, prefix?: string) => (await views.list(view, prefix)).map((entry) => entry.key);
    const snapshot = (sequence: number, schema = 1) => ({ stream, schema, sequence, state: { at: sequence } });

    test('give back what was put, replaced or deleted, each view its own', async () => {
      const value = { text: 'käfig 😀', list: [1, null, true], deep: { empty: {} } };
      await views.put('one', { key: 'k', value });
      await views.put('two', { key: 'k', value: 'other' });
      expect(await views.get('one', 'k')).toEqual({ key: 'k', value });
      await views.put('one', { key: 'k', value: 2, expiresAt: 9_000.5 });
      expect(await views.get('one', 'k')).toEqual({ key: 'k', value: 2, expiresAt: 9_000.5 });
      await views.delete('one', 'k');
      await views.delete('one', 'never there');
      expect(await views.get('one', 'k')).toBeUndefined();
      expect(await views.get('two', 'k')).toEqual({ key: 'k', value: 'other' });
    });

    test('are not changed by what happens to a value outside', async () => {
      const value = { list: [1] };
      await views.put('v', { key: 'k', value });
      value.list.push(2);
      expect(await views.get('v', 'k')).toEqual({ key: 'k', value: { list: [1] } });
    });

    test('take a value that JSON cannot hold for a bug', async () => {
      await expect(views.put('v', { key: 'k', value: undefined })).rejects.toThrow('JSON');
      await expect(views.putIfAbsent('v', { key: 'k', value: undefined })).rejects.toThrow('JSON');
      expect(await views.get('v', 'k')).toBeUndefined();
    });

    test('list the entries whose key begins so, ordered by their bytes', async () => {
      const all = ['', 'a', 'a/', 'a/%', 'a/_', 'a/é', 'a/\uffee', 'a/😀', 'a0', 'b'];
      for (const key of [...all].reverse()) await views.put('v', { key, value: key });
      await views.put('w', { key: 'a/other', value: 0 });
      expect(await keys('v')).toEqual(all);
      expect(await keys('v', 'a/')).toEqual(all.slice(2, 8));
      expect(await keys('v', 'a/_')).toEqual(['a/_']);
      expect(await keys('v', 'c')).toEqual([]);
      expect(await keys('nothing')).toEqual([]);
    });

    test('hide an entry from the moment it expires', async () => {
      await views.put('v', { key: 'a', value: 1, expiresAt: 2_000 });
      await views.put('v', { key: 'b', value: 2 });
      time = 1_999;
      expect(await keys('v')).toEqual(['a', 'b']);
      time = 2_000;
      expect(await views.get('v', 'a')).toBeUndefined();
      expect(await keys('v')).toEqual(['b']);
      await views.put('v', { key: 'a', value: 3, expiresAt: 3_000 });
      expect(await views.get('v', 'a')).toEqual({ key: 'a', value: 3, expiresAt: 3_000 });
    });

    test('keep what has not expired when they sweep', async () => {
      for (let index = 0; index < 50; index++)
        await views.put('v', { key: `${index}`, value: index, expiresAt: 2_000 });
      await views.put('v', { key: 'late', value: 0, expiresAt: 10_000_000 });
      await views.put('v', { key: 'lasting', value: 0 });
      time = 5_000_000;
      await views.put('v', { key: 'new', value: 0 });
      expect(await keys('v')).toEqual(['lasting', 'late', 'new']);
    });

    test('put and delete many entries at once', async () => {
      await views.put('v', { key: '7', value: 'old', expiresAt: 2_000 });
      const entries = Array.from({ length: 60 }, (_, index): ViewEntry => ({ key: `${index}`, value: { index } }));
      await views.putAll('v', [...entries, { key: 'short', value: 1, expiresAt: 2_000 }]);
      await views.putAll('v', []);
      expect(await views.list('v')).toHaveLength(61);
      expect(await views.get('v', '7')).toEqual({ key: '7', value: { index: 7 } });
      time = 2_000;
      expect(await views.list('v')).toHaveLength(60);
      await views.deleteAll('v', [...entries.slice(1).map(({ key }) => key), 'never there']);
      await views.deleteAll('v', []);
      expect(await views.list('v')).toEqual([entries[0]]);
      await expect(views.putAll('v', [{ key: 'k', value: undefined }])).rejects.toThrow('JSON');
      expect(await views.get('v', 'k')).toBeUndefined();
    });

    test('let one of many callers put an absent entry, and tell all which', async () => {
      const second = await bench.open(now);
      const calls = Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? views : second).putIfAbsent('v', { key: 'k', value: index }),
      );
      const answers = new Set((await Promise.all(calls)).map((entry) => JSON.stringify(entry)));
      expect([...answers]).toEqual([JSON.stringify(await views.get('v', 'k'))]);
      await second.close();
    });

    test('count an expired entry as absent', async () => {
      await views.put('v', { key: 'k', value: 'old', expiresAt: 2_000 });
      const entry = { key: 'k', value: 'new', expiresAt: 4_000 };
      expect(await views.putIfAbsent('v', entry)).toEqual({ key: 'k', value: 'old', expiresAt: 2_000 });
      time = 2_000;
      expect(await views.putIfAbsent('v', entry)).toEqual(entry);
      expect(await views.get('v', 'k')).toEqual(entry);
    });

    test('never put what was made of an earlier place over what was made of a later one', async () => {
      const at = (sequence: number, what: string) => ({ key: 'k', value: { sequence, what } });
      const second = await bench.open(now);
      await Promise.all([3, 7, 1, 9, 2, 8].map((sequence) => second.putUnlessLater('v', at(sequence, 'first'))));
      await views.putUnlessLater('v', at(8, 'late'));
      expect(await views.get('v', 'k')).toEqual(at(9, 'first'));
      await views.putUnlessLater('v', at(9, 'again'));
      expect(await views.list('v')).toEqual([at(9, 'again')]);
      // What was deleted is no measure for what comes after it.
      await views.delete('v', 'k');
      await views.putUnlessLater('v', at(2, 'restored'));
      expect(await views.get('v', 'k')).toEqual(at(2, 'restored'));
      await second.close();
    });

    test('keep everything when they are opened again', async () => {
      await views.put('v', { key: 'k', value: 1 });
      await views.putSnapshot(snapshot(7));
      await views.close();
      views = await bench.open(now);
      expect(await views.get('v', 'k')).toEqual({ key: 'k', value: 1 });
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(7));
    });

    test('give the newest snapshot, or the newest up to a version', async () => {
      expect(await views.newestSnapshot(stream, 1)).toBeUndefined();
      // An older one comes in late and does not become the newest.
      for (const sequence of [10, 30, 20]) await views.putSnapshot(snapshot(sequence));
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(30));
      expect(await views.newestSnapshot(stream, 1, 30)).toEqual(snapshot(30));
      expect(await views.newestSnapshot(stream, 1, 29)).toEqual(snapshot(20));
      expect(await views.newestSnapshot(stream, 1, 9)).toBeUndefined();
      expect(await views.newestSnapshot(`${stream}b`, 1)).toBeUndefined();
      await views.putSnapshot({ ...snapshot(30), state: 'again' });
      expect(await views.newestSnapshot(stream, 1)).toEqual({ ...snapshot(30), state: 'again' });
    });

    test('pass over snapshots in another schema', async () => {
      await views.putSnapshot(snapshot(10, 1));
      await views.putSnapshot(snapshot(20, 2));
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(10, 1));
      expect(await views.newestSnapshot(stream, 2)).toEqual(snapshot(20, 2));
      expect(await views.newestSnapshot(stream, 3)).toBeUndefined();
    });

    test('keep the newest few snapshots and one in 10,000 versions', async () => {
      for (let sequence = 4_000; sequence <= 40_000; sequence += 4_000) await views.putSnapshot(snapshot(sequence));
      const kept = new Set<number | undefined>();
      for (let atMost = 40_000; atMost > 0; atMost -= 1_000) {
        kept.add((await views.newestSnapshot(stream, 1, atMost))?.sequence);
      }
      expect([...kept]).toEqual([40_000, 36_000, 32_000, 20_000, 12_000, 4_000, undefined]);
    });

    test('drop the snapshots that are not to be kept, of one stream in one schema', async () => {
      for (const sequence of [10, 20, 30]) await views.putSnapshot(snapshot(sequence));
      await views.putSnapshot(snapshot(20, 2));
      await views.putSnapshot({ ...snapshot(20), stream: `${stream}b` });
      await views.dropSnapshots(stream, 1, [20, 25]);
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(20));
      expect(await views.newestSnapshot(stream, 1, 19)).toBeUndefined();
      await views.dropSnapshots(stream, 1, []);
      expect(await views.newestSnapshot(stream, 1)).toBeUndefined();
      expect(await views.newestSnapshot(stream, 2)).toEqual(snapshot(20, 2));
      expect(await views.newestSnapshot(`${stream}b`, 1)).toBeDefined();
    });

    test('hold a snapshot of several megabytes', async () => {
      const state = { list: Array.from({ length: 20_000 }, (_, index) => ({ index, text: 'käfig 😀 '.repeat(20) })) };
      await views.putSnapshot({ ...snapshot(1), state });
      expect(await views.newestSnapshot(stream, 1)).toEqual({ ...snapshot(1), state });
    });

    test('pass over a snapshot that was damaged, unless nothing can be', async () => {
      for (const sequence of [10, 20, 30]) await views.putSnapshot(snapshot(sequence));
      await bench.damage?.(stream, 30, 'bytes');
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(bench.damage ? 20 : 30));
      await bench.damage?.(stream, 20, 'digest');
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(bench.damage ? 10 : 30));
      await bench.damage?.(stream, 10, 'bytes');
      expect(await views.newestSnapshot(stream, 1)).toEqual(bench.damage ? undefined : snapshot(30));
      await views.putSnapshot(snapshot(30));
      expect(await views.newestSnapshot(stream, 1)).toEqual(snapshot(30));
    });

    test('do as a plain map does, whatever is put, deleted and waited for', async () => {
      const key = fc.constantFrom('a', 'a/b', 'a/c', 'b');
      const step = fc.oneof(
        fc.record({
          do: fc.constantFrom('put', 'putIfAbsent'),
          key,
          value: fc.jsonValue(),
          lasts: fc.nat({ max: 20 }),
        }),
        fc.record({ do: fc.constantFrom('delete'), key, value: fc.constant(null), lasts: fc.constant(0) }),
        fc.record({ do: fc.constantFrom('wait'), key, value: fc.constant(null), lasts: fc.nat({ max: 90_000 }) }),
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          run += 1;
          const view = `run ${run}`;
          const model = new Map<string, ViewEntry>();
          const alive = () =>
            [...model.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt > time);
          for (const { do: what, key, value, lasts } of steps) {
            // -0 is 0 in JSON.
            const json = JSON.parse(JSON.stringify(value));
            const entry: ViewEntry = lasts === 0 ? { key, value: json } : { key, value: json, expiresAt: time + lasts };
            const there = alive().find((other) => other.key === key);
            if (what === 'wait') time += lasts;
            else if (what === 'delete') await views.delete(view, key);
            else if (what === 'put') await views.put(view, entry);
            else expect(await views.putIfAbsent(view, entry)).toEqual(there ?? entry);
            if (what === 'delete') model.delete(key);
            if (what === 'put' || (what === 'putIfAbsent' && there === undefined)) model.set(key, entry);
          }
          const sorted = alive().sort((one, other) => (one.key < other.key ? -1 : 1));
          expect(await views.list(view)).toEqual(sorted);
          expect(await views.list(view, 'a/')).toEqual(sorted.filter((entry) => entry.key.startsWith('a/')));
        }),
        { numRuns: 60 },
      );
    });
  });
}
