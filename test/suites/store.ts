// What every log must do, whichever database holds it: the contract of EventStore in tests.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Commit } from '#events/event.ts';
import type { EventStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';
import { appendAll, sampleCommit } from '#test/store/sample-commit.ts';
import { takeTurns } from '#test/store/take-turns.ts';
import { textFolding } from '#test/store/text-folding.ts';

/** A log of its own for one test. */
export interface LogBench {
  /** One more handle on the log. */
  open(): Promise<EventStore>;
  /** Sets the log aside as it is; what is given back puts it back. No handle is open in either moment. */
  backup(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

const a = 'mesh/000000000000/a';
const b = 'mesh/000000000000/b';
const generous = { timeout: 20_000, interval: 5 };

export function eventStoreSuite(name: string, make: () => Promise<LogBench>): void {
  describe(`the log in ${name}`, () => {
    let bench: LogBench;
    let store: EventStore;
    beforeEach(async () => {
      bench = await make();
      store = await bench.open();
    });
    afterEach(async () => {
      await store.close();
      await bench.remove();
    });
    const idsOf = async (stream: string) => (await store.read(stream, 1)).map((commit) => commit.id);

    test('gives back what was appended, in order and in full', async () => {
      const token = { token: 't', operation: 'CreateMesh', hash: 'h' };
      const commits = [1, 2, 3].map((version): Commit => ({ ...sampleCommit(a, version), clientToken: token }));
      for (const commit of commits) expect(await store.append([commit])).toEqual({ ok: true });
      expect(await store.read(a, 1)).toEqual(commits);
      expect(await store.read(b, 1)).toEqual([]);
    });

    test('is not changed by what happens to a commit outside', async () => {
      const commit = sampleCommit(a, 1, { text: 'before' });
      await store.append([commit]);
      Object.assign(commit.events[0] ?? {}, { tags: [] });
      Object.assign((await store.read(a, 1))[0] ?? {}, { id: 'changed' });
      expect(await store.read(a, 1)).toEqual([sampleCommit(a, 1, { text: 'before' })]);
    });

    test('reads from a version on, no more than asked for', async () => {
      await appendAll(store, a, [1, 2, 3, 4, 5]);
      const versions = async (from: number, limit?: number) =>
        (await store.read(a, from, limit)).map((commit) => commit.version);
      expect(await versions(1)).toEqual([1, 2, 3, 4, 5]);
      expect(await versions(2, 3)).toEqual([2, 3, 4]);
      expect(await versions(5, 100)).toEqual([5]);
      expect(await versions(6)).toEqual([]);
      expect(await versions(0, 2)).toEqual([1, 2]);
    });

    test('holds unicode and commits of a megabyte', async () => {
      const text = 'ﬁn 😀 \u0000 " \\ \ud800 '.repeat(80_000);
      expect(text.length).toBeGreaterThan(1_000_000);
      await store.append([sampleCommit('mesh/000000000000/käfig😀', 1, { text })]);
      expect(await store.read('mesh/000000000000/käfig😀', 1)).toEqual([
        sampleCommit('mesh/000000000000/käfig😀', 1, { text }),
      ]);
    });

    test.each([
      { case: 'a gap', there: 1, version: 3 },
      { case: 'a gap at the start', there: 0, version: 2 },
      { case: 'a version that is taken', there: 3, version: 2 },
      { case: 'the newest version again', there: 3, version: 3 },
    ])('refuses $case as a lost race', async ({ there, version }) => {
      await appendAll(
        store,
        a,
        Array.from({ length: there }, (_, index) => index + 1),
      );
      const lost = { stream: a, expected: version - 1, current: there };
      expect(await store.append([sampleCommit(a, version, { id: 'another' })])).toEqual({ ok: false, lost });
      expect(await store.read(a, 1)).toHaveLength(there);
    });

    test('appends to several streams all or nothing', async () => {
      await appendAll(store, b, [1]);
      const lost = { ok: false, lost: { stream: b, expected: 0, current: 1 } };
      const list = [sampleCommit(a, 1, { id: 'x' }), sampleCommit(b, 1, { id: 'x' })];
      expect(await store.append(list)).toEqual(lost);
      // The same list again: still nothing of it.
      expect(await store.append(list)).toEqual(lost);
      expect(await store.read(a, 1)).toEqual([]);
      const right = [sampleCommit(a, 1, { id: 'y' }), sampleCommit(b, 2, { id: 'y' })];
      expect(await store.append(right)).toEqual({ ok: true });
      expect([await idsOf(a), await idsOf(b)]).toEqual([['y'], [`${b}@1`, 'y']]);
    });

    test('recognises a commit of its own that is tried again', async () => {
      const one = [sampleCommit(a, 1, { id: 'one' })];
      const two = [sampleCommit(a, 2, { id: 'two' }), sampleCommit(b, 1, { id: 'two' })];
      await store.append(one);
      await store.append(two);
      await appendAll(store, b, [2]);
      expect(await store.append(one)).toEqual({ ok: true });
      expect(await store.append(two)).toEqual({ ok: true });
      expect([await idsOf(a), await idsOf(b)]).toEqual([
        ['one', 'two'],
        ['two', `${b}@2`],
      ]);
    });

    test('does not append the rest of a list of which a part stands there', async () => {
      await store.append([sampleCommit(a, 1, { id: 'x' })]);
      const list = [sampleCommit(a, 1, { id: 'x' }), sampleCommit(b, 1, { id: 'x' })];
      expect(await store.append(list)).toMatchObject({ ok: false, lost: { stream: a, current: 1 } });
      expect(await store.read(b, 1)).toEqual([]);
    });

    test('appends in the order of the calls, without waiting for each', async () => {
      const calls = [1, 2, 3].map((version) => store.append([sampleCommit(a, version)]));
      calls.push(store.append([sampleCommit(b, 1)]), store.append([sampleCommit(a, 3, { id: 'late' })]));
      const lost = { stream: a, expected: 2, current: 3 };
      expect(await Promise.all(calls)).toEqual([...Array(4).fill({ ok: true }), { ok: false, lost }]);
      expect([await idsOf(a), await idsOf(b)]).toEqual([[1, 2, 3].map((version) => `${a}@${version}`), [`${b}@1`]]);
    });

    test('shows an append once it is acknowledged, and never less than it has shown before', async () => {
      let shown = 0;
      const calls = [1, 2, 3].map(async (version) => {
        await store.append([sampleCommit(a, version)]);
        const before = shown;
        const found = (await store.read(a, version)).map((commit) => commit.version);
        expect(found).toEqual(found.map((_, index) => version + index));
        expect(found.at(-1)).toBeGreaterThanOrEqual(Math.max(version, before));
        shown = Math.max(shown, found.at(-1) ?? 0);
      });
      await Promise.all(calls);
      expect(shown).toBe(3);
    });

    test('reads what another handle has appended behind its own', async () => {
      const second = await bench.open();
      for (const [version, handle] of [store, second, store, second, second].entries()) {
        await appendAll(handle, a, [version + 1]);
        for (const reader of [store, second]) {
          const found = await reader.read(a, Math.max(version, 1));
          expect(found.at(-1)?.version).toBe(version + 1);
        }
      }
      await second.close();
    });

    test('appends upon the commit that is named, and upon no other', async () => {
      await appendAll(store, a, [1]);
      const second = await bench.open();
      expect(await second.append([sampleCommit(a, 2, { id: 'theirs' })])).toEqual({ ok: true });
      const ours = [
        store.append([sampleCommit(a, 2, { id: 'ours' })]),
        store.append([sampleCommit(a, 3), sampleCommit(b, 1)], new Map([[a, 'ours']])),
      ];
      const lost = (expected: number) => ({ ok: false, lost: { stream: a, expected, current: 2 } });
      expect(await Promise.all(ours)).toEqual([lost(1), lost(2)]);
      expect([await idsOf(a), await idsOf(b)]).toEqual([[`${a}@1`, 'theirs'], []]);
      const upon = new Map([[a, 'theirs']]);
      const right = [sampleCommit(a, 3), sampleCommit(b, 1)];
      expect(await store.append(right, upon)).toEqual({ ok: true });
      // Tried again it is our own, as ever.
      expect(await store.append(right, upon)).toEqual({ ok: true });
      expect(await idsOf(a)).toEqual([`${a}@1`, 'theirs', `${a}@3`]);
      await second.close();
    });

    test('takes a list that no caller may make for a bug', async () => {
      await expect(store.append([])).rejects.toThrow('without a commit');
      await expect(store.append([sampleCommit(a, 1), sampleCommit(a, 2)])).rejects.toThrow('two commits');
      await expect(store.append([sampleCommit(a, 0)])).rejects.toThrow('version 0');
      await expect(store.append([sampleCommit(a, 1.5)])).rejects.toThrow('version 1.5');
      expect(await store.read(a, 1)).toEqual([]);
    });

    test('gives each version to exactly one of fifty writers', async () => {
      const second = await bench.open();
      const writers = Array.from({ length: 50 }, (_, index) => takeTurns(index % 2 ? store : second, a, 3));
      const won = (await Promise.all(writers)).flatMap((wins) => [...wins]);
      await second.close();
      expect(won.length).toBe(150);
      expect(new Map(await indexed(store))).toEqual(new Map(won));
    });

    test('keeps everything when it is opened again', async () => {
      await appendAll(store, a, [1, 2]);
      await store.close();
      store = await bench.open();
      await appendAll(store, a, [3]);
      expect(await idsOf(a)).toEqual([1, 2, 3].map((version) => `${a}@${version}`));
    });

    test('names its streams, each once and in order', async () => {
      expect(await store.streams()).toEqual([]);
      await appendAll(store, b, [1, 2]);
      await appendAll(store, a, [1]);
      expect(await store.streams()).toEqual([a, b]);
    });

    test('tells of appends to what is followed, and of nothing else', async () => {
      const heard: string[] = [];
      const follower = store.follow((stream) => heard.push(stream));
      await appendAll(store, a, [1]);
      follower.add(a);
      await appendAll(store, b, [1]);
      await appendAll(store, a, [2]);
      await vi.waitFor(() => expect(heard).toContain(a), generous);
      follower.remove(a);
      follower.add(b);
      heard.length = 0;
      await appendAll(store, a, [3]);
      await appendAll(store, b, [2]);
      await vi.waitFor(() => expect(heard).toContain(b), generous);
      expect(heard).not.toContain(a);
    });

    test('tells each follower its own, and a closed one nothing', async () => {
      const heard = { closed: 0, open: 0, other: 0 };
      const closed = store.follow(() => heard.closed++);
      const open = store.follow(() => heard.open++);
      const other = store.follow(() => heard.other++);
      for (const follower of [closed, open]) follower.add(a);
      other.add(b);
      // Closed with a hint on its way.
      await Promise.all([appendAll(store, a, [1]), closed.close()]);
      await appendAll(store, a, [2]);
      await vi.waitFor(() => expect(heard.open).toBeGreaterThan(0), generous);
      expect(heard).toMatchObject({ closed: 0, other: 0 });
      expect(() => closed.add(a)).toThrow('closed');
    });

    test('tells of appends made through another handle', async () => {
      const second = await bench.open();
      const heard: string[] = [];
      store.follow((stream) => heard.push(stream)).add(a);
      await appendAll(second, b, [1]);
      await appendAll(second, a, [1]);
      // An own append right behind it does not hide it.
      await appendAll(store, b, [2]);
      await vi.waitFor(() => expect(heard).toContain(a), generous);
      expect(heard).not.toContain(b);
      await second.close();
    });

    test.each([
      { case: 'the log ends earlier', later: [] },
      { case: 'the log went on in another way', later: [3, 4, 5, 6] },
    ])('that was restored is noticed by a cache ahead of it: $case', async ({ later }) => {
      const restored: string[] = [];
      const reader = { read: (stream: string, from: number, limit?: number) => store.read(stream, from, limit) };
      const cache = stateCache({ store: reader, folding: textFolding, onRestored: (stream) => restored.push(stream) });
      await appendAll(store, a, [1, 2]);
      await store.close();
      const restore = await bench.backup();
      store = await bench.open();
      await appendAll(store, a, [3, 4], { text: 'lost' });
      expect((await cache.load(a)).state.texts).toEqual(['', '', 'lost', 'lost']);
      await store.close();
      await restore();
      store = await bench.open();
      for (const version of later)
        await store.append([sampleCommit(a, version, { id: `new ${version}`, text: 'new' })]);
      expect((await cache.load(a)).state.texts).toEqual(['', '', ...later.map(() => 'new')]);
      expect((await cache.load(a)).state.version).toBe(2 + later.length);
      expect(restored).toEqual([a]);
    });

    test('does as a plain list of ids does, whatever is appended', async () => {
      const streams = ['p', 'q', 'r'];
      const part = fc.record({ stream: fc.constantFrom(...streams), beyond: fc.integer({ min: -2, max: 2 }) });
      const call = fc.record({
        id: fc.constantFrom('i', 'j', 'k', 'l'),
        parts: fc.uniqueArray(part, { minLength: 1, maxLength: 3, selector: ({ stream }) => stream }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (calls) => {
          run += 1;
          const model = new Map(streams.map((stream) => [stream, [] as string[]]));
          const there = (stream: string) => model.get(stream) ?? [];
          for (const { id, parts } of calls) {
            const commits = parts.map(({ stream, beyond }) =>
              sampleCommit(`${run}/${stream}`, Math.max(there(stream).length + beyond, 1), { id }),
            );
            const known = commits.map(({ stream }) => there(stream.slice(-1)));
            const next = commits.every(({ version }, index) => version === (known[index]?.length ?? 0) + 1);
            const ours = commits.every(({ version }, index) => known[index]?.[version - 1] === id);
            expect((await store.append(commits)).ok).toBe(next || ours);
            if (next) for (const ids of known) ids.push(id);
          }
          for (const stream of streams) expect(await idsOf(`${run}/${stream}`)).toEqual(there(stream));
        }),
        { numRuns: 60 },
      );
    });
  });
}

const indexed = async (store: EventStore) => (await store.read(a, 1)).map(({ version, id }) => [version, id] as const);
