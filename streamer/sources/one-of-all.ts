// What one task does for all: of those that want the same thing made at one time the first makes it, and the others wait
// until it stands. Lest they wait for one that has died, its turn ends by itself.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewStore } from '#events/store.ts';

/** Answers what was made, undefined when another made it (`isThere`). */
export type OneOfAll = <T>(
  what: string,
  isThere: () => Promise<boolean>,
  make: () => Promise<T>,
) => Promise<T | undefined>;

/** The view of what is being made, by whom. */
const makingView = 'making';
/** Milliseconds: a turn, which is long enough for a hundred that wait for a quota. */
const turn = 30_000;
/** Milliseconds between two looks of those who wait, of whom there may be many: at first, and at most. */
const [soonest, slowest] = [100, 2_000];

/** `now` in milliseconds since the epoch. */
export function oneOfAll(views: Pick<ViewStore, 'putIfAbsent' | 'delete'>, now: () => number): OneOfAll {
  return async (key, isThere, make) => {
    const value = randomUUID();
    const begin = async (): Promise<number | undefined> => {
      const expiresAt = now() + turn;
      const { value: theirs } = await views.putIfAbsent(makingView, { key, value, expiresAt });
      return theirs === value ? expiresAt : undefined;
    };
    let ends = await begin();
    for (let pause = soonest; ends === undefined; pause = Math.min(2 * pause, slowest)) {
      if (await isThere()) return undefined;
      await sleep(pause);
      ends = await begin();
    }
    try {
      return (await isThere()) ? undefined : await make();
    } finally {
      // After its end the turn is another's, or nobody's.
      if (now() < ends) await views.delete(makingView, key);
    }
  };
}
