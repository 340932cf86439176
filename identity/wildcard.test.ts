// Wildcards of IAM policies, against regular expressions as the oracle.
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { anyText, matchesPattern, patternOf } from './wildcard.ts';

const matches = (pattern: string, text: string): boolean => matchesPattern(patternOf(pattern), text);

const small = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 12 });

const oracle = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${[...pattern].map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/\W/g, '\\$&'))).join('')}$`,
    's',
  ).test(text);

describe('matchesPattern', () => {
  property.prop([small, small], { numRuns: 2000 })('agrees with a regular expression', (pattern, text) => {
    expect(matches(pattern, text)).toBe(oracle(pattern, text));
  });

  property.prop([fc.string()])('a text without wildcards matches itself alone', (text) => {
    const plain = text.replace(/[*?]/g, '');
    expect(matches(plain, plain)).toBe(true);
    expect(matches(plain, `${plain}x`)).toBe(false);
  });

  test('a unit that is no wildcard stands for itself, whatever character it is', () => {
    expect(matchesPattern(['*', anyText], '*abc')).toBe(true);
    expect(matchesPattern(['*', anyText], 'abc')).toBe(false);
    expect(matchesPattern(['?'], 'a')).toBe(false);
  });

  test('a hostile pattern ends', () => {
    expect(matches(`${'*a'.repeat(1000)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});
