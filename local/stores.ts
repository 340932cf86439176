// The store that the configuration names, opened and watched: what is wrong with it is told as a lost dependency.
import { openStore } from '#store/open.ts';
import type { BadSnapshot } from '#store/snapshot.ts';
import type { Stores } from '#store/through.ts';
import { watched } from '#store/watched.ts';
import type { Dependencies } from '#streamer/dependencies.ts';
import type { Configuration } from './configuration.ts';
import type { Log } from './log.ts';
import { openSetting } from './setting-failure.ts';

/** `opened` closes both. Rejects with a SettingFailure when the file cannot be used. */
export async function openStores(
  { store: place }: Configuration,
  log: Log,
  dependencies: Dependencies,
  opened: AsyncDisposableStack,
): Promise<Stores> {
  const onBadSnapshot = ({ stream, sequence, reason }: BadSnapshot) =>
    log.trouble(`snapshot ${sequence} of ${stream}`, reason);
  const options = { now: Date.now, onBadSnapshot };
  const store = await openSetting('file' in place ? 'HEDDLE_DATA_DIR' : 'HEDDLE_STORE', () =>
    openStore(place, options),
  );
  const { events, views } = watched(store, (trouble) => dependencies.tell('store', trouble));
  opened.defer(events.close);
  opened.defer(views.close);
  return { events, views };
}
