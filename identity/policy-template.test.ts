// Policy variables and wildcards in the texts of policies, with the examples of the IAM user guide.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { describe, expect, test } from 'vitest';
import { fill, parseTemplate } from './policy-template.ts';
import { matchesPattern } from './wildcard.ts';

const values = new Map([
  ['aws:username', 'David'],
  ['aws:PrincipalTag/department', 'a*b?'],
  ['aws:PrincipalTag/cost center', '17'],
]);

/** Whether a text fits; undefined when a variable is not filled, a string when the template is wrong. */
const fits = (
  template: string,
  text: string,
  form = { wildcards: true, variables: true },
): boolean | undefined | string => {
  const parsed = parseTemplate(template, form);
  if ('fault' in parsed) return parsed.fault;
  const pattern = fill(parsed, (key) => values.get(key));
  return pattern && matchesPattern(pattern, text);
};

describe('a template', () => {
  test.each([
    ['mybucket/${aws:username}/*', 'mybucket/David/x', true],
    ['mybucket/${aws:username}/*', 'mybucket/Eve/x', false],
    ['home/${aws:username}', 'home/David', true],
    ['${aws:username}${aws:username}', 'DavidDavid', true],
    ['a${*}b', 'a*b', true],
    ['a${*}b', 'axb', false],
    ['a${?}b', 'a?b', true],
    ['a${?}b', 'axb', false],
    ['a${$}{b}', 'a${b}', true],
    ['$${*}', '$*', true],
    ['costs $5', 'costs $5', true],
    ["bucket/${aws:userid, 'anonymous'}", 'bucket/anonymous', true],
    ["bucket/${aws:username, 'anonymous'}", 'bucket/David', true],
    ["bucket/${aws:userid,'a b:c*'}", 'bucket/a b:c*', true],
    ["x${aws:userid, ''}y", 'xy', true],
    ['${aws:PrincipalTag/cost center}', '17', true],
  ])('%s and %s: %s', (template, text, expected) => {
    expect(fits(template, text)).toBe(expected);
  });

  test('takes no wildcard from a value', () => {
    expect(fits('${aws:PrincipalTag/department}', 'a*b?')).toBe(true);
    expect(fits('${aws:PrincipalTag/department}', 'axxbx')).toBe(false);
    expect(fits("${aws:userid, '*'}", 'anything')).toBe(false);
  });

  test('is nothing while a variable is not filled', () => {
    expect(fits('home/${aws:userid}', 'home/David')).toBeUndefined();
    expect(fits('*${aws:userid}*', 'home')).toBeUndefined();
  });

  test('has no variables in the first version of the language', () => {
    const form = { wildcards: true, variables: false };
    expect(fits('${aws:username}', 'David', form)).toBe(false);
    expect(fits('${aws:username}', '${aws:username}', form)).toBe(true);
    expect(fits('${*}', '${xyz}', form)).toBe(true);
    expect(fits('${', '${', form)).toBe(true);
  });

  test('has plain characters where an operator takes no wildcards', () => {
    const form = { wildcards: false, variables: true };
    expect(fits('a*', 'a*', form)).toBe(true);
    expect(fits('a*', 'ab', form)).toBe(false);
    expect(fits('${*}', '*', form)).toBe(true);
  });

  test.each(['${aws:username', '${}', '${ }', "${aws:username, 'x}", '${aws:username, x}', '${a b}', '${${aws:x}}'])(
    '%s is a mistake',
    (template) => {
      expect(fits(template, '')).toMatch(/^".*" has (a )?"\$\{/);
    },
  );
});
