// The public keys in force for tokens, from the stream of the installation: loaded at the start, followed ever after,
// and kept when the log cannot be reached.
import type { JWK } from 'jose';
import { systemFolding } from '#events/folding.ts';
import { systemStream } from '#events/names.ts';
import type { SystemState } from '#events/state.ts';
import type { EventStore } from '#events/store.ts';
import { type Loaded, stateCache } from '#store/cache.ts';

export interface KeySource {
  keys(): ReadonlyMap<string, JWK>;
  close(): void;
}

/**
 * Rejects when the first load fails; later trouble (`undefined`: it is well) is told and the keys known go on to hold.
 * `sweepInterval`: milliseconds between looks at the stream, hints or not.
 */
export async function keySource(
  events: EventStore,
  onTrouble: (trouble: string | undefined) => void,
  sweepInterval = 30_000,
): Promise<KeySource> {
  const cache = stateCache<SystemState>({ store: events, folding: systemFolding });
  let known: SystemState['signingKeys'] | undefined;
  let keys: ReadonlyMap<string, JWK> = new Map();

  function take({ state, stopped }: Loaded<SystemState>): void {
    if (state.signingKeys !== known) keys = new Map(state.signingKeys);
    known = state.signingKeys;
    onTrouble(stopped && `${stopped.reason} (version ${stopped.version})`);
  }

  function look(): void {
    const failed = (error: unknown) => onTrouble(error instanceof Error ? error.message : String(error));
    cache.load(systemStream).then(take, failed);
  }

  const follower = events.follow(look);
  follower.add(systemStream);
  const sweep = setInterval(look, sweepInterval).unref();
  function close(): void {
    clearInterval(sweep);
    follower.close();
  }
  try {
    // Followed before it is loaded: nothing falls in between.
    take(await cache.load(systemStream));
  } catch (error) {
    close();
    throw error;
  }
  return { keys: () => keys, close };
}
