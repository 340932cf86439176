// Whose word on timeouts counts.
import { expect, it } from 'vitest';
import { milliseconds, timeoutsOf } from './timeout.ts';

const s = (value: number) => ({ unit: 's', value }) as const;
const request = (said: Parameters<typeof timeoutsOf>[0], ...others: Parameters<typeof timeoutsOf>[1]) =>
  timeoutsOf(said, others).requestTimeout;

it('is the default where nobody says anything', () => {
  expect(timeoutsOf(undefined, [{}, {}])).toEqual({ requestTimeout: 15_000, idleTimeout: 300_000 });
});

it('is what a place says itself, whatever the other ends say', () => {
  expect(request({ perRequest: s(5) }, { perRequest: s(60) })).toBe(5_000);
  expect(request({ perRequest: s(60) }, { perRequest: s(5) })).toBe(60_000);
  expect(request({ perRequest: s(0) }, { perRequest: s(5) })).toBe(0);
});

it('is the longest that another end says where a place says nothing, and never less than the default', () => {
  expect(request(undefined, { perRequest: s(60) }, { perRequest: s(30) })).toBe(60_000);
  expect(request({ idle: s(1) }, { perRequest: s(5) })).toBe(15_000);
  expect(request(undefined, { perRequest: s(60) }, { perRequest: s(0) })).toBe(0);
});

it('reads durations in milliseconds, within what Envoy can count', () => {
  expect(milliseconds({ unit: 'ms', value: 1500 })).toBe(1500);
  expect(milliseconds({ unit: 's', value: 2 })).toBe(2000);
  expect(milliseconds({ value: 0 })).toBe(0);
  expect(milliseconds({ value: 1 })).toBeUndefined();
  expect(milliseconds({ unit: 's' })).toBeUndefined();
  expect(milliseconds({ unit: 's', value: Number.MAX_SAFE_INTEGER })).toBe(1_000_000_000_000);
});
