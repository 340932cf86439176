// The newest commits that this connection appended or read: reading them again is what nearly every call of a busy server
// does. Whether anybody else has written since, SQLite tells for less than a query: it counts what other connections commit
// (https://www.sqlite.org/pragma.html#pragma_data_version).
import type { DatabaseSync } from 'node:sqlite';
import { recent } from './recent.ts';

export interface Written {
  readonly version: number;
  readonly text: string;
}

export interface OwnNewest {
  /** The newest commit of a stream, if this connection wrote or read it and no other has written to the file since. */
  of(stream: string): Written | undefined;
  /** To be called before anything else can read what was committed. */
  put(stream: string, newest: Written): void;
  /** What was read as the newest, after `of` did not know it. */
  found(stream: string, newest: Written): void;
}

const most = 1000;

export function ownNewest(database: DatabaseSync): OwnNewest {
  const count = database.prepare('PRAGMA data_version');
  let known = recent<Written>(most);
  let seen: unknown;
  return {
    of(stream) {
      const current = count.get()?.data_version;
      if (current === seen) return known.get(stream);
      known = recent<Written>(most);
      seen = current;
      return undefined;
    },
    put: (stream, newest) => known.set(stream, newest),
    found(stream, newest) {
      // Appended meanwhile: that is newer.
      if ((known.get(stream)?.version ?? 0) < newest.version) known.set(stream, newest);
    },
  };
}
