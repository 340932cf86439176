// Throttling: each account may make so many calls a second. A token bucket, kept as the one time at which it will be
// full again; it lives in this process, so that several of them let through as many times more.
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { callerOf } from './caller.ts';
import { Refused } from './refused.ts';

export interface ThrottleLimits {
  /** Calls a second that go on for ever. */
  readonly rate: number;
  /** Calls at once, after a pause that is long enough; at least 1. */
  readonly burst: number;
}

/** Takes a token from the account's bucket; how many milliseconds to wait when there is none (0: the token is taken). */
export type Throttle = (account: string) => number;

/** `now` in milliseconds. */
export function createThrottle({ rate, burst }: ThrottleLimits, now: () => number): Throttle {
  const refill = 1000 / rate;
  const fullAt = new Map<string, number>();
  return (account) => {
    const time = now();
    const full = Math.max(fullAt.get(account) ?? time, time);
    const wait = full + refill - (time + burst * refill);
    if (wait > 0) return wait;
    fullAt.set(account, full + refill);
    return 0;
  };
}

const unthrottled: Throttle = () => 0;

/** The middleware that asks before anything else is done with a call: its caller is known, its body is not looked at. */
export function throttling(
  throttle: Throttle = unthrottled,
): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    before: ({ event }) => {
      const { accountId } = callerOf(event);
      const retryAfter = throttle(accountId);
      if (retryAfter === 0) return;
      const message = `Account ${accountId} makes more calls than it may; try again in ${Math.ceil(retryAfter)} ms`;
      throw new Refused({ name: 'TooManyRequestsException', status: 429, message, retryAfter });
    },
  };
}
