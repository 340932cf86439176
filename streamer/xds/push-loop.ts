// Tells many streams of a change without holding up the process: a hundred at a time, then everyone else has a turn.

/** Streams served before other work gets its turn. */
const batch = 100;

/** Asks for `push` on each thing scheduled, soon, once however often it is scheduled before that. */
export function createPushLoop(): (target: { push(): void }) => void {
  const waiting = new Set<{ push(): void }>();
  let running = false;

  function run(): void {
    let count = 0;
    for (const target of waiting) {
      if (count === batch) break;
      count += 1;
      waiting.delete(target);
      target.push();
    }
    running = waiting.size > 0;
    if (running) setImmediate(run);
  }

  return (target) => {
    waiting.add(target);
    if (running) return;
    running = true;
    setImmediate(run);
  };
}
