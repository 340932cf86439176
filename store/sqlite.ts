// The embedded store: the log and the views in one SQLite file, which may be open in several processes at once.
import type { EventStore, ViewStore } from '#events/store.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { sqliteLog } from './sqlite-log.ts';
import { type SqliteViewOptions, sqliteViews } from './sqlite-views.ts';

/** The file is closed when both are. */
export interface SqliteStore {
  readonly events: EventStore;
  readonly views: ViewStore;
}

/** Opens the file, or makes it (mode 0600); throws, naming the path, when it cannot be used. */
export function openSqlite(path: string, options: SqliteViewOptions): SqliteStore {
  const database = openSqliteFile(path);
  const open = new Set(['events', 'views']);
  const closing = (part: string) => () => {
    if (open.delete(part) && open.size === 0) database.close();
  };
  return {
    events: sqliteLog(database, closing('events')),
    views: sqliteViews(database, options, closing('views')),
  };
}
