// Lets works on the same things run one after the other, in the order in which they were asked for; works on other things
// do not wait.

export interface Turns {
  /** Runs the work when all that was asked for on any of these things is over, well or not. */
  take<T>(things: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is on its way. */
  rest(): Promise<void>;
}

export function takingTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take(things, work) {
      const before = things.flatMap((thing) => last.get(thing) ?? []);
      const result = before.length === 0 ? work() : Promise.all(before).then(work);
      const over = result.then(
        () => {},
        () => {},
      );
      for (const thing of things) last.set(thing, over);
      void over.then(() => {
        for (const thing of things) if (last.get(thing) === over) last.delete(thing);
      });
      return result;
    },
    async rest() {
      await Promise.all(last.values());
    },
  };
}
