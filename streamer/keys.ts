// The public keys in force for tokens, from the stream of the installation: loaded at the start, followed ever after,
// and kept when the log cannot be reached.
import type { JWK } from 'jose';
import { systemFolding } from '#events/folding.ts';
import { systemStream } from '#events/names.ts';
import type { SystemState } from '#events/state.ts';
import type { EventStore } from '#events/store.ts';
import { stateCache } from '#store/cache.ts';

export interface KeySource {
  keys(): ReadonlyMap<string, JWK>;
  close(): void;
}

/** Rejects when the first load fails; later trouble is told and the keys known go on to hold. */
export async function keySource(
  events: EventStore,
  onTrouble: (trouble: string | undefined) => void,
): Promise<KeySource> {
  const cache = stateCache<SystemState>({ store: events, folding: systemFolding });
  let state = (await cache.load(systemStream)).state;
  let keys: ReadonlyMap<string, JWK> = new Map(state.signingKeys);
  const follower = events.follow((stream) => {
    cache.load(stream).then(
      (loaded) => {
        if (loaded.state.signingKeys !== state.signingKeys) keys = new Map(loaded.state.signingKeys);
        state = loaded.state;
        onTrouble(undefined);
      },
      (error: unknown) => onTrouble(error instanceof Error ? error.message : String(error)),
    );
  });
  follower.add(systemStream);
  return { keys: () => keys, close: () => follower.close() };
}
