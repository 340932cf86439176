// Who may ask next: however many processes look at certificates, together they make a bounded number of calls. Each turn is
// an entry of the views, and belongs to whoever puts it first.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace } from '#certificates/pace.ts';
import type { ViewStore } from '#events/store.ts';

export interface TurnsParts {
  readonly views: Pick<ViewStore, 'putIfAbsent'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

const turnsView = 'turns';
/** Milliseconds of a turn: fewer than two of them fit a second. */
const length = 600;
const minute = 60_000;

export function turns({ views, now, id, wait = sleep }: TurnsParts): Pace {
  return async (account, kind) => {
    const mine = id();
    for (let turn = Math.floor(now() / length); ; turn += 1) {
      const begins = turn * length;
      if (begins > now()) await wait(begins - now());
      const entry = { key: `${kind} ${account} ${turn}`, value: mine, expiresAt: begins + minute };
      if ((await views.putIfAbsent(turnsView, entry)).value === mine) return;
    }
  };
}
