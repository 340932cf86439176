// The token bucket of each account, by a clock that the test moves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createThrottle, type ThrottleLimits } from './throttle.ts';

function throttled(limits: ThrottleLimits) {
  let time = 1_000_000;
  const throttle = createThrottle(limits, () => time);
  return {
    throttle,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    /** How many calls go through now. */
    drain: (account = 'a') => {
      let calls = 0;
      while (throttle(account) === 0) calls += 1;
      return calls;
    },
  };
}

test('lets a burst through at once, and then says how long to wait for the next token', () => {
  const { throttle, drain } = throttled({ rate: 4, burst: 3 });
  expect(drain()).toBe(3);
  expect(throttle('a')).toBe(250);
  expect(throttle('a')).toBe(250);
});

test('has a token again after the wait that it named, and not before', () => {
  const { throttle, drain, pass } = throttled({ rate: 4, burst: 3 });
  drain();
  pass(249);
  expect(throttle('a')).toBe(1);
  pass(1);
  expect(throttle('a')).toBe(0);
  expect(throttle('a')).toBe(250);
});

test('fills up to the burst and no further, however long the pause', () => {
  const { drain, pass } = throttled({ rate: 4, burst: 3 });
  drain();
  pass(500);
  expect(drain()).toBe(2);
  pass(3_600_000);
  expect(drain()).toBe(3);
});

test('counts each account by itself', () => {
  const { drain } = throttled({ rate: 1, burst: 2 });
  expect(drain('a')).toBe(2);
  expect(drain('b')).toBe(2);
  expect(drain('a')).toBe(0);
});

test('a rate may be less than one call a second', () => {
  const { throttle, pass } = throttled({ rate: 0.5, burst: 1 });
  expect(throttle('a')).toBe(0);
  expect(throttle('a')).toBe(2000);
  pass(2000);
  expect(throttle('a')).toBe(0);
});

test('in any time no more go through than the burst and what the rate brings', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), pauses, (rate, burst, all) => {
      const { drain, pass } = throttled({ rate, burst });
      let calls = drain();
      let elapsed = 0;
      for (const pause of all) {
        pass(pause);
        elapsed += pause;
        calls += drain();
        // The sum of many pauses, each rounded as floating numbers are.
        expect(calls).toBeLessThanOrEqual(burst + (elapsed / 1000) * rate + 1e-6);
      }
    }),
  );
});
