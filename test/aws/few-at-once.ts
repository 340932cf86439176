// A gate for an emulator that starts a process for each call that finds all others busy: so many pass at once, the others
// wait.

export function fewAtOnce(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Whoever waits takes the place over.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
