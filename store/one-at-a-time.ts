// Lets one call a key run at a time. Callers that come meanwhile share the one that starts afterwards: none gets an
// answer from before it asked, and a crowd that finds a large stream cold folds it once.

/** `work` as it is, but never twice at once for one key, and shared by those who wait. */
export function oneAtATime<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const waiting = new Map<string, Promise<T>>();

  function start(key: string): Promise<T> {
    const run = work(key).finally(() => {
      if (running.get(key) === run) running.delete(key);
    });
    running.set(key, run);
    return run;
  }

  return (key) => {
    const before = running.get(key);
    if (before === undefined) return start(key);
    let next = waiting.get(key);
    if (next === undefined) {
      const begin = () => {
        waiting.delete(key);
        return start(key);
      };
      // A failed run is its own callers' matter; those who wait get one of their own.
      next = before.then(begin, begin);
      waiting.set(key, next);
    }
    return next;
  };
}
