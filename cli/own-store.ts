// The store itself, for the commands that mend and raise what lies in it: the one that the environment names, as for the
// servers. They ask no API, since what they are for may keep it from answering.
import { existsSync } from 'node:fs';
import { storePlace } from '#store/place.ts';
import type { Stores } from '#store/through.ts';
import { Failure } from './failure.ts';

/** Opens the store for a piece of work; none is made where there is none. */
export async function withOwnStore<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
  // Loaded here alone: the other commands start without the database's libraries.
  const { openStore } = await import('#store/open.ts');
  const place = storePlace((name) => process.env[name]?.trim() || undefined);
  if ('refused' in place) throw new Failure(place.refused.join('\n'));
  if ('file' in place && !existsSync(place.file)) throw new Failure(`there is no store at ${place.file}`);
  const stores = await openStore(place, { now: Date.now }).catch(failed);
  try {
    return await work(stores);
  } catch (error) {
    return failed(error);
  } finally {
    await stores.events.close();
    await stores.views.close();
  }
}

/** A store that cannot be used is for the user to mend; anything else is a bug and shows its stack. */
function failed(error: unknown): never {
  if (error instanceof Error && error.name === 'Error') throw new Failure(error.message, 1, { cause: error });
  throw error;
}
