// The contract of the log and of the views, held by the embedded store.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '#store/sqlite.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import { eventStoreSuite } from './store.ts';
import { viewStoreSuite } from './views.ts';

eventStoreSuite('SQLite', async () => {
  const folder = scratchFolder();
  const file = join(folder.path, 'heddle.db');
  return {
    async open() {
      const { events, views } = openSqlite(file, { now: Date.now });
      await views.close();
      return events;
    },
    async backup() {
      const copy = join(folder.path, 'copy.db');
      copyFileSync(file, copy);
      return async () => copyFileSync(copy, file);
    },
    remove: async () => folder.remove(),
  };
});

viewStoreSuite('SQLite', async () => {
  const folder = scratchFolder();
  const file = join(folder.path, 'heddle.db');
  return {
    async open(now) {
      const { events, views } = openSqlite(file, { now });
      await events.close();
      return views;
    },
    async damage(stream, sequence, what) {
      const database = new DatabaseSync(file);
      const change = { bytes: 'body = zeroblob(20)', digest: "digest = 'of something else'" }[what];
      database.prepare(`UPDATE snapshots SET ${change} WHERE stream = ? AND sequence = ?`).run(stream, sequence);
      database.close();
    },
    remove: async () => folder.remove(),
  };
});
