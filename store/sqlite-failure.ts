// What SQLite throws as the port names it: its own errors (a full disk, a damaged file, a lock that was held too long)
// are failures of the store; anything else that comes out of the adapter is a bug.
import { isStoreFailure, type StoreFailure, storeFailure } from '#events/store-failure.ts';
import type { Around } from './through.ts';

const isSqlite = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** The failure that an error of SQLite is; undefined when it is a bug. */
export function sqliteFailure(error: unknown): StoreFailure | undefined {
  if (isStoreFailure(error)) return error;
  return isSqlite(error) ? storeFailure(error) : undefined;
}

/** Lets failures out by their name. */
export const namingFailures: Around = async (_kind, call) => {
  try {
    return await call();
  } catch (error) {
    throw sqliteFailure(error) ?? error;
  }
};
