// Which regular expressions Envoy would refuse, told apart before it sees them. The sizes are those that Envoy 1.40 names
// when its limit is 1.
import { expect, it } from 'vitest';
import { regexFault } from './regex.ts';

it.each([
  '/a/[0-9]+(/.*)?',
  '(?i)abc',
  '(?P<name>a)',
  '[[:alpha:]]\\pL\\x{e9}',
  'a{900}',
  'ä+',
  '|',
  '\\Q\\x{100}\\E',
  '\\\\x{2}',
])('takes %s', (regex) => {
  expect(regexFault(regex)).toBeUndefined();
});

it.each([
  '(?=a)',
  '(?<!a)b',
  '(a)\\1',
  '[',
  'a**',
  'a{1001}',
  '\\p{Nope}',
  '(?>a)',
  '[\\x{100}]',
  '(?:(?:a{50}){0}){50}',
])('does not take %s', (regex) => {
  expect(regexFault(regex)).toContain('not a regular expression of RE2');
});

it.each([
  ['a{900}', 904],
  ['[a-zA-Z0-9_.-]{1,63}', 318],
  ['.{50}', 104],
  ['/a/[^/]+/b', 12],
  ['\\pL{10}', 74],
  ['(?:^+){20}', 63],
  ['(?:(?:a*|b)*){20}', 164],
])('finds %s no smaller than Envoy does (%i), and not much larger', (regex, size) => {
  // Four instructions are there but once.
  const copies = (count: number) => regexFault(Array.from({ length: count }, () => regex).join(''));
  expect(copies(Math.ceil(1000 / (size - 4)))).toContain('size');
  expect(copies(Math.floor(1000 / size / 1.25))).toBeUndefined();
});
