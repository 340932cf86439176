// Snapshots in SQLite: packed bytes by stream, state schema and version. A damaged one is told of and passed over.
import type { DatabaseSync } from 'node:sqlite';
import type { ViewStore } from '#events/store.ts';
import { type BadSnapshot, dispensable, packSnapshot, unpackSnapshot } from './snapshot.ts';
import { patiently, transaction } from './sqlite-transaction.ts';

export function sqliteSnapshots(
  database: DatabaseSync,
  onBadSnapshot: (bad: BadSnapshot) => void = () => {},
): Pick<ViewStore, 'putSnapshot' | 'newestSnapshot' | 'dropSnapshots'> {
  const put = database.prepare(
    'INSERT OR REPLACE INTO snapshots (stream, schema, sequence, digest, body) VALUES (?, ?, ?, ?, ?)',
  );
  const sequences = database.prepare('SELECT sequence FROM snapshots WHERE stream = ? AND schema = ?');
  const remove = database.prepare('DELETE FROM snapshots WHERE stream = ? AND schema = ? AND sequence = ?');
  const newest = database.prepare(
    `SELECT sequence, digest, body FROM snapshots
     WHERE stream = ? AND schema = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1`,
  );

  return {
    async putSnapshot(snapshot) {
      const { stream, schema, sequence } = snapshot;
      const { body, digest } = await packSnapshot(snapshot);
      await transaction(database, () => {
        put.run(stream, schema, sequence, digest, body);
        const held = sequences.all(stream, schema).map((row) => Number(row.sequence));
        for (const old of dispensable(held)) remove.run(stream, schema, old);
      });
    },
    async newestSnapshot(stream, schema, atMost = Number.MAX_SAFE_INTEGER) {
      for (let highest = atMost; ; ) {
        const row = await patiently(() => newest.get(stream, schema, highest));
        if (!(row?.body instanceof Uint8Array)) return undefined;
        const name = { stream, schema, sequence: Number(row.sequence) };
        const found = await unpackSnapshot(name, { body: row.body, digest: String(row.digest) });
        if (!('reason' in found)) return found;
        onBadSnapshot(found);
        highest = name.sequence - 1;
      }
    },
    async dropSnapshots(stream, schema, kept) {
      await transaction(database, () => {
        const held = sequences.all(stream, schema).map((row) => Number(row.sequence));
        for (const sequence of held) if (!kept.includes(sequence)) remove.run(stream, schema, sequence);
      });
    },
  };
}
