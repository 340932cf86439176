// The embedded store: the log and the views in one SQLite file, which may be open in several processes at once.
import { namingFailures } from './sqlite-failure.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { sqliteLog } from './sqlite-log.ts';
import { type SqliteViewOptions, sqliteViews } from './sqlite-views.ts';
import { eventsThrough, type Stores, viewsThrough } from './through.ts';

/** The file is closed when both are. */
export type SqliteStore = Stores;

/** Opens the file, or makes it (mode 0600); throws, naming the path, when it cannot be used. */
export function openSqlite(path: string, options: SqliteViewOptions): SqliteStore {
  const database = openSqliteFile(path);
  const open = new Set(['events', 'views']);
  const closing = (part: string) => () => {
    if (open.delete(part) && open.size === 0) database.close();
  };
  return {
    events: eventsThrough(sqliteLog(database, closing('events')), namingFailures),
    views: viewsThrough(sqliteViews(database, options, closing('views')), namingFailures),
  };
}
