// Calls of one account spread so that they stay under its quotas, whoever makes them in this process.
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when a call of this kind may be made for the account. */
export type Pace = (account: string, kind: string) => Promise<void>;

/**
 * `perSecond`: calls a second of each kind; kinds that are not named are not held back. ACM's own quotas are 5 exports and
 * 10 descriptions a second, ACM PCA's 20 authority certificates (AWS general reference, endpoints and quotas).
 */
export function paceOf(
  perSecond: Readonly<Record<string, number>>,
  now: () => number,
  wait: (milliseconds: number) => Promise<unknown> = sleep,
): Pace {
  const next = new Map<string, number>();
  return async (account, kind) => {
    const rate = perSecond[kind];
    if (rate === undefined) return;
    const key = `${account} ${kind}`;
    const at = Math.max(now(), next.get(key) ?? 0);
    next.set(key, at + 1000 / rate);
    if (at > now()) await wait(at - now());
  };
}
