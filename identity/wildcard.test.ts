// Wildcards of IAM policies, against regular expressions as the oracle.
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { matchesWildcard } from './wildcard.ts';

const small = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 12 });

const oracle = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${[...pattern].map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/\W/g, '\\$&'))).join('')}$`,
    's',
  ).test(text);

describe('matchesWildcard', () => {
  property.prop([small, small], { numRuns: 2000 })('agrees with a regular expression', (pattern, text) => {
    expect(matchesWildcard(pattern, text)).toBe(oracle(pattern, text));
  });

  property.prop([fc.string()])('a text without wildcards matches itself alone', (text) => {
    const plain = text.replace(/[*?]/g, '');
    expect(matchesWildcard(plain, plain)).toBe(true);
    expect(matchesWildcard(plain, `${plain}x`)).toBe(false);
  });

  test('a hostile pattern ends', () => {
    expect(matchesWildcard(`${'*a'.repeat(1000)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});
