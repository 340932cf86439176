// Lets every writer write what this release can: from then on commits may come that earlier releases cannot read, so it is
// done when none of them reads any more.
import type { Commit } from '#events/event.ts';
import { type FleetTask, fleetViews } from '#events/fleet.ts';
import { systemFolding } from '#events/folding.ts';
import { systemStream } from '#events/names.ts';
import { newestSchema } from '#events/schema.ts';
import type { SystemState } from '#events/state.ts';
import { stateCache } from './cache.ts';
import type { Stores } from './through.ts';

export type Raised =
  | { readonly done: 'raised' | 'already'; readonly from: number; readonly to: number }
  /** Living streamer tasks that would not understand it, by name. */
  | { readonly done: 'too-early'; readonly behind: readonly string[] };

export interface RaiseOptions {
  readonly id: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The schema to write in (the newest of this release). */
  readonly to?: number;
  /** Whatever the tasks read. */
  readonly force?: boolean;
}

// As many others as write the stream at the same moment.
const most = 100;

/** Rejects when the stream of the installation cannot be read to its end or written. */
export async function raiseWriteSchema({ events, views }: Stores, options: RaiseOptions): Promise<Raised> {
  const { id, now, to = newestSchema, force = false } = options;
  const cache = stateCache<SystemState>({ store: events, folding: systemFolding });
  for (let attempt = 0; attempt < most; attempt += 1) {
    const { state, stopped } = await cache.load(systemStream);
    if (stopped !== undefined) {
      throw new Error(`the stream ${systemStream} cannot be read beyond version ${state.sequence}: ${stopped.reason}`);
    }
    const from = state.writeSchema;
    if (from >= to) return { done: 'already', from, to: from };
    const tasks = force ? [] : await views.list(fleetViews.tasks);
    // A task that does not say what it reads is of a release that knew the first schema alone.
    const behind = tasks.filter(({ value }) => ((value as Partial<FleetTask>).reads ?? 1) < to);
    if (behind.length > 0) return { done: 'too-early', behind: behind.map(({ key }) => key) };
    const commit: Commit = {
      id: id(),
      stream: systemStream,
      version: state.sequence + 1,
      time: Math.max(now(), state.time),
      // Whoever has not been replaced yet reads this one still.
      schema: from,
      actor: { accountId: '000000000000', arn: 'heddle' },
      requestId: id(),
      events: [{ type: 'WriteSchemaRaised', schema: to }],
    };
    if ((await events.append([commit])).ok) return { done: 'raised', from, to };
  }
  throw new Error(`the stream ${systemStream} was written by others ${most} times meanwhile: try again`);
}
