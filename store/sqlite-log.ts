// The log in SQLite: one row a commit, all or nothing an append. Other processes may append to the same file; their
// rows are looked for while anything is followed.
import type { DatabaseSync } from 'node:sqlite';
import type { Commit } from '#events/event.ts';
import type { EventStore } from '#events/store.ts';
import { type StoreFailure, storeFailure } from '#events/store-failure.ts';
import { type AppendVerdict, appendVerdict, type LogPositions } from './append-verdict.ts';
import { followers } from './followers.ts';
import { groupCommit } from './group-commit.ts';
import { ownNewest } from './own-newest.ts';
import { readingAgain } from './read-again.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { isBusy, patiently } from './sqlite-transaction.ts';

/** How often other processes' appends are looked for, in milliseconds. */
const lookEvery = 250;

/** The log on an open file; `closed` is called when it is closed, and may close the file. */
export function sqliteLog(database: DatabaseSync, closed: () => void): EventStore {
  const page = database.prepare(
    'SELECT version, body FROM commits WHERE stream = ? AND version >= ? ORDER BY version LIMIT ?',
  );
  const streams = database.prepare('SELECT DISTINCT stream FROM commits ORDER BY stream');
  const insert = database.prepare('INSERT INTO commits (stream, version, id, body) VALUES (?, ?, ?, ?)');
  const positions = positionsIn(database);
  const elsewhere = appendsElsewhere(database);
  const group = groupCommit(database);
  const newest = ownNewest(database);
  const readNewest = readingAgain();
  const following = followers((attending) => {
    if (attending) elsewhere.watch(following.tell, following.tellTrouble);
    else elsewhere.rest();
  });

  return {
    async append(commits, upon) {
      // Written down at once: what happens to a commit outside from here on is not the log's.
      const rows = commits.map((commit) => {
        const { stream, version, id } = commit;
        return { stream, version, id, text: JSON.stringify(commit) };
      });
      let last = 0;
      const decide = (): AppendVerdict => {
        const found = appendVerdict(rows, positions, upon);
        if (found.kind !== 'append') return found;
        for (const { stream, version, id, text } of rows) {
          last = Number(insert.run(stream, version, id, text).lastInsertRowid);
        }
        return found;
      };
      const verdict = await group.run(decide, ({ kind }) => {
        if (kind !== 'append') return;
        for (const row of rows) newest.put(row.stream, row);
        elsewhere.not(last - rows.length, last);
        following.tell(rows.map((row) => row.stream));
      });
      return verdict.kind === 'lost' ? { ok: false, lost: verdict.lost } : { ok: true };
    },
    async read(stream, from, limit = -1) {
      const own = await patiently(() => newest.of(stream));
      if (own !== undefined && own.version < from) return [];
      if (own?.version === from && limit !== 0) return [readNewest(stream, own.text)];
      const rows = await patiently(() => page.all(stream, from, limit));
      const [only, ...others] = rows;
      if (only !== undefined && others.length === 0) {
        const text = String(only.body);
        // There was room for a second one: it is the newest.
        if (limit !== 1) newest.found(stream, { version: Number(only.version), text });
        return [readNewest(stream, text)];
      }
      return rows.map((row) => JSON.parse(String(row.body)) as Commit);
    },
    follow: following.follow,
    async streams() {
      const rows = await patiently(() => streams.all());
      return rows.map((row) => String(row.stream));
    },
    async close() {
      following.close();
      await group.rest();
      closed();
    },
  };
}

function positionsIn(database: DatabaseSync): LogPositions {
  const newest = database.prepare('SELECT coalesce(max(version), 0) AS version FROM commits WHERE stream = ?');
  const id = database.prepare('SELECT id FROM commits WHERE stream = ? AND version = ?');
  return {
    newestVersion: (stream) => Number(newest.get(stream)?.version),
    idAt(stream, version) {
      const row = id.get(stream, version);
      return row === undefined ? undefined : String(row.id);
    },
  };
}

type Trouble = (failure: StoreFailure | undefined) => void;

/** Looks now and then for rows that this process has not told of. */
function appendsElsewhere(database: DatabaseSync) {
  const newest = database.prepare('SELECT coalesce(max(place), 0) AS place FROM commits');
  const later = database.prepare('SELECT stream, max(place) AS place FROM commits WHERE place > ? GROUP BY stream');
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  let troubled = false;

  /** Whatever goes wrong is gone or told again at the next look; thrown from a timer it would end the process. */
  function attempt(work: () => void, trouble: Trouble): void {
    try {
      work();
      if (troubled) trouble(undefined);
      troubled = false;
    } catch (error) {
      // The file is being recovered by another process: what it holds is found the next time.
      if (isBusy(error)) return;
      troubled = true;
      trouble(sqliteFailure(error) ?? storeFailure(error));
    }
  }

  function look(found: (streams: readonly string[]) => void): void {
    const rows = later.all(seen);
    seen = Math.max(seen, ...rows.map((row) => Number(row.place)));
    found(rows.map((row) => String(row.stream)));
  }

  return {
    watch(found: (streams: readonly string[]) => void, trouble: Trouble): void {
      attempt(() => {
        seen = Number(newest.get()?.place);
      }, trouble);
      timer = setInterval(() => attempt(() => look(found), trouble), lookEvery).unref();
    },
    rest(): void {
      clearInterval(timer);
    },
    /** The rows after `before` up to `last` are this process's own and were told of. */
    not(before: number, last: number): void {
      if (seen === before) seen = last;
    },
  };
}
