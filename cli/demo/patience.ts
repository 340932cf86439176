// Waiting for something that another process does: asked again and again until it is so, the demo ends, or it is too late.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';

const intervalMs = 25;
const longestMs = 60_000;

/** Resolves when `holds` does; `what` completes the sentence "… did not happen". */
export async function until(what: string, signal: AbortSignal, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!(await holds())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Failure(`${what} took longer than ${longestMs / 1000} s`);
    await pause(intervalMs, signal);
  }
}

/** Sleeps; throws the signal's reason as soon as it fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
