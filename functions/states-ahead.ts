// The states that appends on their way will have made. A call that comes meanwhile is decided upon them and appends right
// behind, where it would otherwise wait for its turn at the disk or lose the race. They are shown to nobody.
import type { Position } from '#events/state.ts';
import type { AppendResult } from '#events/store.ts';

/** A state to decide upon; `done` when it is ahead of the log: whether the append that makes it so came to be. */
export interface Upon<S> {
  readonly state: S;
  readonly done?: Promise<boolean>;
}

export interface StatesAhead<S> {
  /** The newest there is: the state that was read, or one ahead of it. */
  upon(read: S): Upon<S>;
  /** Keeps what an append on its way will have made, until it is done or has failed. */
  put(state: S, appended: Promise<AppendResult>): void;
}

export function statesAhead<S extends Position>(): StatesAhead<S> {
  const newest = new Map<string, Upon<S>>();
  return {
    upon(read) {
      const ahead = newest.get(read.stream);
      return ahead !== undefined && ahead.state.sequence > read.sequence ? ahead : { state: read };
    },
    put(state, appended) {
      const settle = (done: boolean) => {
        if (newest.get(state.stream) === ahead) newest.delete(state.stream);
        return done;
      };
      const done = appended.then(
        ({ ok }) => settle(ok),
        () => settle(false),
      );
      const ahead: Upon<S> = { state, done };
      newest.set(state.stream, ahead);
    },
  };
}

/** What an append upon such states asks of the log: by stream, the commit on its way that must be there by then. */
export const awaited = (upon: readonly Upon<Position>[]): ReadonlyMap<string, string> =>
  new Map(
    upon.flatMap(({ state: { stream, commitId }, done }) =>
      done === undefined || commitId === undefined ? [] : [[stream, commitId] as const],
    ),
  );
