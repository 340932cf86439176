// When the traffic counts as having followed the weights.
import { describe, expect, it } from 'vitest';
import { follows } from './canary.ts';

const shares = (red: number) => ({ red, blue: 1 - red });

describe('traffic follows the weights', () => {
  it('when about as much goes each way as they ask for', () => {
    expect(follows(shares(0.5), { red: 50, blue: 50 })).toBe(true);
    expect(follows(shares(0.3), { red: 50, blue: 50 })).toBe(true);
    expect(follows(shares(0.9), { red: 3, blue: 1 })).toBe(true);
  });

  it('not when it lies elsewhere', () => {
    expect(follows(shares(1), { red: 50, blue: 50 })).toBe(false);
    expect(follows(shares(0.2), { red: 50, blue: 50 })).toBe(false);
  });

  it('exactly where all or nothing was asked for', () => {
    expect(follows(shares(1), { red: 100, blue: 0 })).toBe(true);
    expect(follows(shares(0.99), { red: 100, blue: 0 })).toBe(false);
    expect(follows(shares(0.01), { red: 0, blue: 100 })).toBe(false);
  });

  it('never when too little is known', () => {
    expect(follows(undefined, { red: 100, blue: 0 })).toBe(false);
  });
});
