// Keeps a token fresh: asks for a new one at half of the life of the old, and goes on asking when that fails.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';
import { expiryText, type IssuedToken } from './issued-token.ts';

export interface TokenRenewal {
  readonly request: () => Promise<IssuedToken>;
  /** Given each token, the first included. */
  readonly use: (issued: IssuedToken) => Promise<void>;
  /** Told what failed and when it is tried again. */
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now?: () => number;
}

const shortestMs = 1000;
const longestRetryMs = 60_000;

/** Runs until the signal fires. The first token must come: what goes wrong with it is thrown. */
export async function renewToken(renewal: TokenRenewal): Promise<void> {
  const { request, use, warn, signal, sleep: pause = pauseUntil, now = Date.now } = renewal;
  let issued = await request();
  await use(issued);
  let retryMs = shortestMs;
  let waitMs = halfLife(issued, now());
  for (await pause(waitMs, signal); !signal.aborted; await pause(waitMs, signal)) {
    try {
      issued = await request();
      await use(issued);
      retryMs = shortestMs;
      waitMs = halfLife(issued, now());
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      waitMs = retryMs;
      retryMs = Math.min(retryMs * 2, longestRetryMs);
      warn(
        `the token was not renewed (${error.message}); trying again in ${waitMs / 1000} s, the old one is good until ${expiryText(issued)}`,
      );
    }
  }
}

const halfLife = (issued: IssuedToken, now: number): number =>
  // No timer is longer than 2^31 - 1 ms: a long life is renewed earlier than at its half.
  Math.min(Math.max((issued.expiresAt * 1000 - now) / 2, shortestMs), 2 ** 31 - 1);

async function pauseUntil(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
