// ARNs in policies: part by part, as the IAM user guide has it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { expect, test } from 'vitest';
import { matchesArn, parseArnPattern } from './arn-pattern.ts';

const values = new Map([
  ['aws:username', 'ann'],
  ['aws:PrincipalAccount', '111122223333'],
  ['x:colons', 'a:b'],
]);

const fits = (text: string, arn: string, variables = true): boolean | undefined => {
  const pattern = parseArnPattern(text, variables);
  if ('fault' in pattern) throw new Error(pattern.fault);
  return matchesArn(pattern, arn, (key) => values.get(key));
};

const NODE = 'arn:aws:appmesh:us-east-1:111122223333:mesh/m/virtualNode/n';

test.each([
  ['*', NODE, true],
  ['*', '*', true],
  ['arn:aws:appmesh:*:*:*', '*', false],
  ['arn:*', '*', false],
  [NODE, NODE, true],
  ['arn:aws:appmesh:us-east-1:111122223333:mesh/m/*', NODE, true],
  ['arn:aws:appmesh:us-east-1:111122223333:mesh/?/virtualNode/n', NODE, true],
  ['arn:aws:appmesh', NODE, true],
  ['arn:aws:ecs', NODE, false],
  ['arn:aws:appmesh:us-*virtualNode/n', NODE, false],
  ['arn:aws:appmesh:us-east-1:1*', NODE, true],
  // The guide's own example of a wildcard that stays within its part.
  [
    'arn:aws:someservice:*:111122223333:finance/*',
    'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
    false,
  ],
  ['arn:aws:s:::a:b:*', 'arn:aws:s:::a:b:c:d', true],
  ['arn:aws:appmesh:*:*:mesh/m/virtualNode/${aws:username}', `${NODE.slice(0, -1)}ann`, true],
  ['arn:aws:appmesh:*:*:mesh/m/virtualNode/${aws:username}', NODE, false],
  ['arn:aws:appmesh:*:${aws:PrincipalAccount}:mesh/*', NODE, true],
  ['arn:aws:s:::${x:colons}', 'arn:aws:s:::a:b', true],
  ['arn:aws:s::${x:colons}', 'arn:aws:s::a:b', false],
])('%s and %s: %s', (pattern, arn, expected) => {
  expect(fits(pattern, arn)).toBe(expected);
});

test('a variable that is not filled decides nothing that another part decides', () => {
  expect(fits('arn:aws:ecs:*:*:${aws:userid}', NODE)).toBe(false);
  expect(fits('arn:aws:appmesh:*:*:${aws:userid}', NODE)).toBeUndefined();
});

test('there are no variables in the first version of the language', () => {
  expect(fits('arn:aws:appmesh:*:*:mesh/${aws:username}', 'arn:aws:appmesh:r:a:mesh/ann', false)).toBe(false);
});
