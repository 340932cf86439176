// Calls of one account spread so that they stay under its quotas, whoever makes them: the tasks and functions that share a
// store take turns in its views.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewStore } from '#events/store.ts';

/** Resolves when a call of this kind may be made for the account. */
export type Pace = (account: string, kind: string) => Promise<void>;

export interface PaceParts {
  readonly views: Pick<ViewStore, 'putIfAbsent'>;
  /** Calls a second of each kind, the same for all who share the views; kinds that are not named are not held back. */
  readonly perSecond: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

const turnsView = 'turns';
/** Longer than clocks differ. */
const kept = 60_000;

/** A second has so many turns, each with a number that one caller alone gets: of any second's calls, one more at most. */
export function sharedPace({ views, perSecond, now, wait = sleep }: PaceParts): Pace {
  const last = new Map<string, Promise<void>>();

  async function turn(what: string, length: number): Promise<void> {
    const value = randomUUID();
    for (;;) {
      const number = Math.floor(now() / length);
      const entry = { key: `${what} ${number}`, value, expiresAt: now() + kept };
      if ((await views.putIfAbsent(turnsView, entry)).value === value) return;
      await wait((number + 1) * length - now());
    }
  }

  return (account, kind) => {
    const rate = perSecond[kind];
    if (rate === undefined) return Promise.resolve();
    const what = `${account} ${kind}`;
    // One of a process asks at a time: the others could not win before it.
    const before = last.get(what) ?? Promise.resolve();
    // Whole milliseconds, as the clock has them.
    const mine = before.then(() => turn(what, Math.ceil(1000 / rate)));
    last.set(
      what,
      mine.catch(() => {}),
    );
    return mine;
  };
}
