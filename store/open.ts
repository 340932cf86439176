// Opens the store that the environment names: for whatever runs on the store itself.
import type { StorePlace } from './place.ts';
import type { BadSnapshot } from './snapshot.ts';
import { openSqlite } from './sqlite.ts';
import type { Stores } from './through.ts';

export interface StoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each snapshot that was passed over because it is damaged. */
  readonly onBadSnapshot?: (bad: BadSnapshot) => void;
}

/** Rejects when the file cannot be used; of AWS nothing is asked yet. */
export async function openStore(place: StorePlace, options: StoreOptions): Promise<Stores> {
  if ('file' in place) return openSqlite(place.file, options);
  // The clients of AWS are loaded where they are needed: a laptop starts without them.
  const { openDynamodb } = await import('./dynamodb.ts');
  return openDynamodb({ ...place, ...options });
}
