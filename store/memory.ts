// The log and the views in memory: for tests and simulations. What goes in is kept as JSON text, so that nobody can
// change it from outside and that it comes back as it would from a file.
import type { Commit } from '#events/event.ts';
import type { EventStore, StoredSnapshot, ViewEntry, ViewStore } from '#events/store.ts';
import { appendVerdict } from './append-verdict.ts';
import { followers } from './followers.ts';
import { isLater } from './is-later.ts';
import { dispensable } from './snapshot.ts';
import { valueText } from './value-text.ts';

export function memoryEventStore(): EventStore {
  const streams = new Map<string, { readonly id: string; readonly text: string }[]>();
  const following = followers();
  const positions = {
    newestVersion: (stream: string) => streams.get(stream)?.length ?? 0,
    idAt: (stream: string, version: number) => streams.get(stream)?.[version - 1]?.id,
  };

  return {
    async append(commits, upon) {
      const verdict = appendVerdict(commits, positions, upon);
      if (verdict.kind === 'lost') return { ok: false, lost: verdict.lost };
      if (verdict.kind === 'alreadyAppended') return { ok: true };
      const rows = commits.map((commit) => ({ stream: commit.stream, id: commit.id, text: JSON.stringify(commit) }));
      for (const { stream, id, text } of rows) {
        const rowsThere = streams.get(stream);
        if (rowsThere === undefined) streams.set(stream, [{ id, text }]);
        else rowsThere.push({ id, text });
      }
      following.tell(rows.map((row) => row.stream));
      return { ok: true };
    },
    async read(stream, from, limit = Number.POSITIVE_INFINITY) {
      const start = Math.max(from, 1) - 1;
      const page = streams.get(stream)?.slice(start, start + limit) ?? [];
      return page.map(({ text }) => JSON.parse(text) as Commit);
    },
    follow: following.follow,
    async streams() {
      return [...streams.keys()].sort();
    },
    async close() {
      following.close();
    },
  };
}

interface StoredEntry {
  readonly text: string;
  readonly expiresAt?: number;
}

/** `now` gives milliseconds since the epoch. */
export function memoryViewStore({ now }: { readonly now: () => number }): ViewStore {
  const views = new Map<string, Map<string, StoredEntry>>();
  const snapshots = new Map<string, Map<number, string>>();
  const snapshotsOf = (stream: string, schema: number) => snapshots.get(JSON.stringify([stream, schema]));

  function alive(view: string, key: string): StoredEntry | undefined {
    const entry = views.get(view)?.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > now()) return entry;
    views.get(view)?.delete(key);
    return undefined;
  }

  function place(view: string, entry: ViewEntry): void {
    const entries = views.get(view) ?? new Map<string, StoredEntry>();
    views.set(view, entries);
    const { expiresAt } = entry;
    const text = valueText(view, entry);
    entries.set(entry.key, expiresAt === undefined ? { text } : { text, expiresAt });
  }

  function entryAt(view: string, key: string): ViewEntry | undefined {
    const stored = alive(view, key);
    if (stored === undefined) return undefined;
    const { text, ...rest } = stored;
    return { key, value: JSON.parse(text), ...rest };
  }

  return {
    async put(view, entry) {
      place(view, entry);
    },
    async putIfAbsent(view, entry) {
      if (alive(view, entry.key) === undefined) place(view, entry);
      return entryAt(view, entry.key) ?? entry;
    },
    async putUnlessLater(view, entry) {
      if (!isLater(entryAt(view, entry.key), entry)) place(view, entry);
    },
    async putAll(view, entries) {
      for (const entry of entries) valueText(view, entry);
      for (const entry of entries) place(view, entry);
    },
    async get(view, key) {
      return entryAt(view, key);
    },
    async list(view, prefix = '') {
      const keys = [...(views.get(view)?.keys() ?? [])].filter((key) => key.startsWith(prefix));
      // By the bytes of UTF-8, as databases order text.
      keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return keys.flatMap((key) => entryAt(view, key) ?? []);
    },
    async delete(view, key) {
      views.get(view)?.delete(key);
    },
    async deleteAll(view, keys) {
      for (const key of keys) views.get(view)?.delete(key);
    },
    async putSnapshot({ stream, schema, sequence, state }) {
      const held = snapshotsOf(stream, schema) ?? new Map<number, string>();
      snapshots.set(JSON.stringify([stream, schema]), held);
      held.set(sequence, valueText('snapshots', { key: stream, value: state }));
      for (const old of dispensable([...held.keys()])) held.delete(old);
    },
    async newestSnapshot(stream, schema, atMost = Number.POSITIVE_INFINITY) {
      const held = snapshotsOf(stream, schema) ?? new Map<number, string>();
      const sequence = Math.max(...held.keys().filter((candidate) => candidate <= atMost));
      const text = held.get(sequence);
      return text === undefined ? undefined : ({ stream, schema, sequence, state: JSON.parse(text) } as StoredSnapshot);
    },
    async dropSnapshots(stream, schema, kept) {
      const held = snapshotsOf(stream, schema);
      for (const sequence of [...(held?.keys() ?? [])]) if (!kept.includes(sequence)) held?.delete(sequence);
    },
    async close() {},
  };
}
