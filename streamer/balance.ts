// Keeps the tasks of the service evenly filled: one that has a fifth more streams than the living tasks' mean sends one
// Envoy a second elsewhere, so that new tasks fill and old ones empty without a crowd on the move.
import { type FleetTask, fleetViews } from '#events/fleet.ts';
import type { ViewStore } from '#events/store.ts';

export interface BalanceParts {
  readonly views: Pick<ViewStore, 'list'>;
  readonly task: string;
  /** How many streams are open here. */
  readonly streams: () => number;
  /** Asks one Envoy to come back on another connection. */
  readonly shed: () => void;
  /** The others cannot be read: nobody is sent anywhere until they can. */
  readonly onTrouble: (error: unknown) => void;
  /** Milliseconds between two looks at the others, and between two Envoys. */
  readonly lookEvery?: number;
  readonly pace?: number;
}

export interface Balance {
  /** How many tasks there are, this one among them, as last seen. */
  tasks(): number;
  close(): void;
}

/** Whether `own` streams are so many more than the others have that one should go. */
export function surplus(own: number, others: readonly number[]): boolean {
  const mean = others.reduce((sum, count) => sum + count, own) / (others.length + 1);
  // Where few are open one more is soon a fifth: it must leave a smaller difference than it makes.
  return own > mean * 1.2 && own >= mean + 1;
}

export function createBalance(parts: BalanceParts): Balance {
  const { views, task, streams, shed, onTrouble, lookEvery = 5_000, pace = 1_000 } = parts;
  let others: readonly number[] = [];
  let alive = 1;

  async function look(): Promise<void> {
    try {
      const tasks = await views.list(fleetViews.tasks);
      alive = Math.max(1, tasks.length);
      // A task of an earlier release does not say how many it has: it is not compared with.
      others = tasks.flatMap(({ key, value }) => (key === task ? [] : ((value as Partial<FleetTask>).streams ?? [])));
    } catch (error) {
      others = [];
      onTrouble(error);
    }
  }

  void look();
  const looking = setInterval(() => void look(), lookEvery).unref();
  const shedding = setInterval(() => {
    if (surplus(streams(), others)) shed();
  }, pace).unref();
  return {
    tasks: () => alive,
    close() {
      clearInterval(looking);
      clearInterval(shedding);
    },
  };
}
