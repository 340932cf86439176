// The views in SQLite: entries that may expire, and snapshots as packed bytes.
import type { DatabaseSync } from 'node:sqlite';
import type { ViewEntry, ViewStore } from '#events/store.ts';
import { isLater } from './is-later.ts';
import type { BadSnapshot } from './snapshot.ts';
import { sqliteSnapshots } from './sqlite-snapshots.ts';
import { patiently, transaction } from './sqlite-transaction.ts';
import { valueText } from './value-text.ts';

export interface SqliteViewOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each snapshot that was passed over because it is damaged. */
  readonly onBadSnapshot?: (bad: BadSnapshot) => void;
}

/** Expired entries are swept away with a write, at most this often (milliseconds). */
const sweepEvery = 60_000;

type Row = Record<string, unknown>;

/** The views on an open file; `closed` is called when they are closed, and may close the file. */
export function sqliteViews(database: DatabaseSync, options: SqliteViewOptions, closed: () => void): ViewStore {
  const { now } = options;
  const put = database.prepare('INSERT OR REPLACE INTO entries (view, key, value, expires_at) VALUES (?, ?, ?, ?)');
  const get = database.prepare(
    'SELECT key, value, expires_at FROM entries WHERE view = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)',
  );
  const from = database.prepare(
    `SELECT key, value, expires_at FROM entries
     WHERE view = ? AND key >= ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY key`,
  );
  const remove = database.prepare('DELETE FROM entries WHERE view = ? AND key = ?');
  const sweep = database.prepare('DELETE FROM entries WHERE expires_at <= ?');
  let sweptAt = Number.NEGATIVE_INFINITY;

  function entryAt(view: string, key: string): ViewEntry | undefined {
    const row = get.get(view, key, now());
    return row === undefined ? undefined : entryOf(row);
  }

  function entriesFrom(view: string, prefix: string): readonly ViewEntry[] {
    const entries: ViewEntry[] = [];
    for (const row of from.iterate(view, prefix, now())) {
      // Keys are ordered by their bytes: those that begin so stand together.
      if (!String(row.key).startsWith(prefix)) break;
      entries.push(entryOf(row));
    }
    return entries;
  }

  function place(view: string, entry: ViewEntry): void {
    const time = now();
    if (time - sweptAt >= sweepEvery) {
      sweep.run(time);
      sweptAt = time;
    }
    put.run(view, entry.key, valueText(view, entry), entry.expiresAt ?? null);
  }

  return {
    async put(view, entry) {
      await transaction(database, () => place(view, entry));
    },
    async putAll(view, entries) {
      if (entries.length === 0) return;
      await transaction(database, () => {
        for (const entry of entries) place(view, entry);
      });
    },
    async putIfAbsent(view, entry) {
      return transaction(database, () => {
        const there = entryAt(view, entry.key);
        if (there !== undefined) return there;
        place(view, entry);
        return entryAt(view, entry.key) ?? entry;
      });
    },
    async putUnlessLater(view, entry) {
      await transaction(database, () => {
        if (!isLater(entryAt(view, entry.key), entry)) place(view, entry);
      });
    },
    async get(view, key) {
      return patiently(() => entryAt(view, key));
    },
    async list(view, prefix = '') {
      return patiently(() => entriesFrom(view, prefix));
    },
    async delete(view, key) {
      await transaction(database, () => remove.run(view, key));
    },
    async deleteAll(view, keys) {
      if (keys.length === 0) return;
      await transaction(database, () => {
        for (const key of keys) remove.run(view, key);
      });
    },
    ...sqliteSnapshots(database, options.onBadSnapshot),
    async close() {
      closed();
    },
  };
}

function entryOf(row: Row): ViewEntry {
  const entry = { key: String(row.key), value: JSON.parse(String(row.value)) };
  return row.expires_at === null ? entry : { ...entry, expiresAt: Number(row.expires_at) };
}
