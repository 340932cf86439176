// How a command that runs until it is ended learns that it should: the first SIGINT, SIGTERM or SIGHUP asks it to
// finish in its own way, another one ends the process at once.

export interface EndSignal {
  readonly signal: AbortSignal;
  /** Stops listening: signals mean again what they mean without us. */
  release(): void;
}

// At Ctrl-C a terminal signals npm and its child alike, and npm passes its own on: two of them are one wish.
const echoMs = 1000;

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function endSignal(): EndSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const ended = (): void => {
    const now = performance.now();
    first ??= now;
    if (now - first > echoMs) process.exit(1);
    controller.abort();
  };
  for (const name of names) process.on(name, ended);
  return {
    signal: controller.signal,
    release() {
      for (const name of names) process.off(name, ended);
    },
  };
}

/** Settles when the signal fires. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
