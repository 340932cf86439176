// Condition elements: every operator with the examples of the IAM user guide ("Condition operators", "Conditions with
// multiple context keys or values", "Single-valued vs. multivalued context keys"), and the truth tables of the rest.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { hold, parseConditions } from './condition.ts';
import { conditionTests } from './condition-test.ts';
import { type ContextEntry, contextOf } from './request-context.ts';

type Effect = 'Allow' | 'Deny';

const holds = (element: unknown, entries: readonly ContextEntry[], effect: Effect = 'Allow', variables = true) => {
  const faults: string[] = [];
  const conditions = parseConditions(element, 'Condition', variables, (path, message) =>
    faults.push(`${path} ${message}`),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const context = contextOf(entries);
  return hold(conditions, context, (key) => context.valuesOf(key)?.[0], effect);
};

const KEY = 'test:key';
const asked = (operator: string, expected: unknown, values: readonly string[], effect?: Effect) =>
  holds(
    { [operator]: { [KEY]: expected } },
    values.map((value) => [KEY, value] as const),
    effect,
  );

describe('a test of one value', () => {
  test.each<[string, unknown, string, boolean]>([
    ['StringEquals', 'johndoe', 'johndoe', true],
    ['StringEquals', 'johndoe', 'JohnDoe', false],
    ['StringEquals', 'john*', 'johndoe', false],
    ['StringEquals', ['12345', '67890'], '67890', true],
    ['StringEquals', 12345, '12345', true],
    ['StringEquals', true, 'true', true],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', 'a', 'a', false],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringEqualsIgnoreCase', 'johndoe', 'JohnDoe', true],
    ['StringEqualsIgnoreCase', 'JOHNDOE', 'johndo', false],
    ['StringNotEqualsIgnoreCase', 'johndoe', 'JohnDoe', false],
    ['StringNotEqualsIgnoreCase', 'johndoe', 'jane', true],
    ['StringLike', ['', 'home/', 'home/David/*'], 'home/David/x', true],
    ['StringLike', ['', 'home/', 'home/David/*'], '', true],
    ['StringLike', ['', 'home/', 'home/David/*'], 'home/Eve', false],
    ['StringLike', 't?.*', 't2.micro', true],
    ['StringLike', 'T?.*', 't2.micro', false],
    [
      'StringLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      true,
    ],
    ['StringNotLike', 'home/*', 'home/x', false],
    ['StringNotLike', ['home/*', 'tmp/*'], 'etc/x', true],
    ['NumericEquals', '10', '10.0', true],
    ['NumericEquals', 10, '10', true],
    ['NumericEquals', '10', '11', false],
    ['NumericEquals', '10', 'ten', false],
    ['NumericNotEquals', '10', '11', true],
    ['NumericNotEquals', ['10', '11'], '11', false],
    ['NumericLessThan', '10', '9.5', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericLessThanEquals', '10', '10.1', false],
    ['NumericGreaterThan', '-1', '0', true],
    ['NumericGreaterThan', '10', '10', false],
    ['NumericGreaterThanEquals', '10', '1e1', true],
    ['NumericGreaterThanEquals', '10', '9', false],
    ['DateEquals', '2020-01-01T00:00:00Z', '2020-01-01T01:00:00+01:00', true],
    ['DateEquals', '2020-01-01', '1577836800', true],
    ['DateEquals', '2020', '2020-01-01T00:00:00Z', true],
    ['DateEquals', '2020-02', '2020-02-01', true],
    ['DateEquals', '1577836800', '2020-01-01T00:00:00Z', true],
    ['DateEquals', '2020-01-01T00:00Z', '2020-01-01T00:00:01Z', false],
    ['DateEquals', '2020-01-01', 'yesterday', false],
    ['DateNotEquals', '2020-01-01', '2020-01-02', true],
    ['DateNotEquals', '2020-01-01', '2020-01-01', false],
    ['DateLessThan', '2013-06-30T00:00:00Z', '2013-06-29T23:59:59Z', true],
    ['DateLessThan', '2013-06-30T00:00:00Z', '2013-06-30T00:00:00Z', false],
    ['DateLessThanEquals', '2013-06-30T00:00:00Z', '2013-06-30T00:00:00Z', true],
    ['DateLessThanEquals', '2013-06-30T00:00:00Z', '2013-06-30T00:00:01Z', false],
    ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-01-01T00:00:02Z', true],
    ['DateGreaterThan', '2020-01-01T00:00:01Z', '2019-12-31T00:00:00Z', false],
    ['DateGreaterThanEquals', 1577836800, '2020-01-01T00:00:00Z', true],
    ['DateGreaterThanEquals', 1577836801, '2020-01-01T00:00:00Z', false],
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'TRUE', true],
    ['Bool', 'False', 'false', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'true', 'yes', false],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'BinaryValueInBase64', true],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.255', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.0', false],
    ['IpAddress', '203.0.113.77/24', '203.0.113.1', true],
    ['IpAddress', '203.0.113.5', '203.0.113.5', true],
    ['IpAddress', '203.0.113.5', '203.0.113.6', false],
    ['IpAddress', '0.0.0.0/0', '8.8.8.8', true],
    ['IpAddress', ['203.0.113.0/24', '2001:DB8:1234:5678::/64'], '2001:db8:1234:5678:9::1', true],
    ['IpAddress', ['203.0.113.0/24', '2001:DB8:1234:5678::/64'], '2001:db8:1234:5679::1', false],
    ['IpAddress', '127.0.0.0/8', '::ffff:127.0.0.1', true],
    ['IpAddress', '2001:db8::1', '2001:db8::1', true],
    ['IpAddress', '203.0.113.0/24', 'not an address', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.5', false],
    ['NotIpAddress', ['203.0.113.0/24', '10.0.0.0/8'], '192.0.2.1', true],
    ['ArnEquals', 'arn:aws:sns:REGION:123456789012:TOPIC-ID', 'arn:aws:sns:REGION:123456789012:TOPIC-ID', true],
    ['ArnEquals', 'arn:aws:iam::*:user/a?n', 'arn:aws:iam::111122223333:user/ann', true],
    ['ArnLike', 'arn:aws:iam::*:role/*', 'arn:aws:iam::111122223333:user/ann', false],
    ['ArnLike', 'arn:aws:iam::*:user/*', 'arn:aws:iam::111122223333:user/ann', true],
    [
      'ArnLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      false,
    ],
    ['ArnNotEquals', 'arn:aws:iam::*:user/*', 'arn:aws:iam::111122223333:user/ann', false],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', 'arn:aws:iam::111122223333:user/ann', true],
    ['stringlike', 'a*', 'abc', true],
  ])('%s %j and %s: %s', (operator, expected, actual, outcome) => {
    expect(asked(operator, expected, [actual])).toBe(outcome);
    expect(asked(operator, expected, [actual], 'Deny')).toBe(outcome);
    expect(asked(`${operator}IfExists`, expected, [actual])).toBe(outcome);
    expect(asked(`ForAllValues:${operator}`, expected, [actual])).toBe(actual === '' || outcome);
    expect(asked(`ForAnyValue:${operator}`, expected, [actual])).toBe(actual !== '' && outcome);
  });
});

const A_VALUE: Readonly<Record<string, string>> = {
  Numeric: '1',
  Date: '2020-01-01',
  Bool: 'true',
  Binary: 'YQ==',
  IpAddress: '10.0.0.0/8',
};
const valueFor = (operator: string): string =>
  Object.entries(A_VALUE).find(([kind]) => operator.includes(kind))?.[1] ?? 'arn:aws:iam::111122223333:user/ann';

const positive = Object.keys(conditionTests);
const negated = [
  'StringNotEquals',
  'StringNotEqualsIgnoreCase',
  'StringNotLike',
  'NumericNotEquals',
  'DateNotEquals',
  'NotIpAddress',
  'ArnNotEquals',
  'ArnNotLike',
];

describe('a key that the request does not have', () => {
  test.each(positive)('%s is false', (operator) => {
    expect(asked(operator, valueFor(operator), [])).toBe(false);
    expect(asked(operator, valueFor(operator), [], 'Deny')).toBe(false);
  });

  test.each(negated)('%s is true', (operator) => {
    expect(asked(operator, valueFor(operator), [])).toBe(true);
    expect(asked(operator, valueFor(operator), [], 'Deny')).toBe(true);
  });

  test.each([...positive, ...negated])(
    '%s is true with IfExists and ForAllValues, false with ForAnyValue',
    (operator) => {
      expect(asked(`${operator}IfExists`, valueFor(operator), [])).toBe(true);
      expect(asked(`ForAllValues:${operator}`, valueFor(operator), [])).toBe(true);
      expect(asked(`ForAnyValue:${operator}`, valueFor(operator), [])).toBe(false);
      expect(asked(`ForAnyValue:${operator}IfExists`, valueFor(operator), [])).toBe(true);
    },
  );
});

describe('Null', () => {
  test.each<[unknown, readonly string[], boolean]>([
    ['true', [], true],
    ['true', ['a'], false],
    ['false', [], false],
    ['false', ['a'], true],
    ['false', ['a', 'b'], true],
    ['false', [''], true],
    [true, [], true],
    [false, [], false],
    ['True', [], true],
    [['true', 'false'], [], true],
    [['true', 'false'], ['a'], true],
  ])('%j of %j: %s', (expected, values, outcome) => {
    expect(asked('Null', expected, values)).toBe(outcome);
  });
});

describe('a key with several values', () => {
  // The guide's example: the request has PostDateTime and UserName, the policy PostDateTime, Message and Tags.
  const attributes = ['PostDateTime', 'Message', 'Tags'];

  test.each<[string, unknown, readonly string[], boolean]>([
    ['ForAllValues:StringLike', attributes, ['PostDateTime', 'UserName'], false],
    ['ForAllValues:StringLike', attributes, ['PostDateTime', 'Message'], true],
    ['ForAllValues:StringEquals', attributes, ['Message'], true],
    ['ForAnyValue:StringLike', ['ID', 'PostDateTime'], ['UserName', 'Message', 'PostDateTime'], true],
    ['ForAnyValue:StringLike', ['ID', 'PostDateTime'], ['UserName'], false],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['ForAllValues:StringNotLike', 'aws:*', ['team', 'aws:x'], false],
    ['foranyvalue:stringequals', 'a', ['a', 'b'], true],
  ])('%s %j and %j: %s', (operator, expected, values, outcome) => {
    expect(asked(operator, expected, values)).toBe(outcome);
    expect(asked(operator, expected, values, 'Deny')).toBe(outcome);
  });

  test('that are all empty is an empty set to a set operator', () => {
    expect(asked('ForAllValues:StringEquals', 'a', [''])).toBe(true);
    expect(asked('ForAnyValue:StringEquals', '', [''])).toBe(false);
    expect(asked('ForAllValues:StringEquals', 'a', ['', 'a'])).toBe(false);
  });

  test('without a set operator permits less: all values for an Allow, any for a Deny', () => {
    expect(asked('StringEquals', 'a', ['a', 'b'], 'Allow')).toBe(false);
    expect(asked('StringEquals', 'a', ['a', 'b'], 'Deny')).toBe(true);
    expect(asked('StringEquals', ['a', 'b'], ['a', 'b'], 'Allow')).toBe(true);
    expect(asked('StringNotEquals', 'a', ['a', 'b'], 'Allow')).toBe(false);
    expect(asked('StringNotEquals', 'a', ['a', 'b'], 'Deny')).toBe(true);
    expect(asked('StringNotEquals', 'a', ['a'], 'Deny')).toBe(false);
  });
});

describe('variables', () => {
  const entries: readonly ContextEntry[] = [
    ['aws:username', 'David'],
    ['sns:endpoint', 'https://example.com/David/'],
    ['aws:PrincipalArn', 'arn:aws:iam::111122223333:user/David'],
    ['aws:PrincipalTag/on', 'TRUE'],
    ['aws:SecureTransport', 'true'],
  ];

  test.each<[string, string, string, boolean]>([
    ['StringLike', 'sns:endpoint', 'https://example.com/${aws:username}/*', true],
    ['StringEquals', 'sns:endpoint', 'https://example.com/${aws:username}/', true],
    ['StringEqualsIgnoreCase', 'sns:endpoint', 'HTTPS://example.com/${aws:username}/', true],
    ['StringNotEquals', 'sns:endpoint', 'https://example.com/${aws:username}/', false],
    ['StringEquals', 'aws:username', "${aws:userid, 'David'}", true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/${aws:username}', true],
    ['Bool', 'aws:SecureTransport', '${aws:PrincipalTag/on}', true],
  ])('%s %s %s: %s', (operator, key, expected, outcome) => {
    expect(holds({ [operator]: { [key]: expected } }, entries)).toBe(outcome);
  });

  test('that are not filled match nothing, and negated permit less', () => {
    expect(holds({ StringEquals: { 'aws:username': '${aws:userid}' } }, entries, 'Allow')).toBe(false);
    expect(holds({ StringEquals: { 'aws:username': '${aws:userid}' } }, entries, 'Deny')).toBe(false);
    expect(holds({ StringEquals: { 'aws:username': ['${aws:userid}', 'David'] } }, entries)).toBe(true);
    expect(holds({ StringNotEquals: { 'aws:username': '${aws:userid}' } }, entries, 'Allow')).toBe(false);
    expect(holds({ StringNotEquals: { 'aws:username': '${aws:userid}' } }, entries, 'Deny')).toBe(true);
  });

  test('are plain text in the first version of the language', () => {
    expect(holds({ StringEquals: { 'aws:username': '${aws:username}' } }, entries, 'Allow', false)).toBe(false);
    expect(holds({ StringEquals: { 'x:k': 'x' } }, [], 'Allow', false)).toBe(false);
  });
});

describe('a Condition element', () => {
  const inside = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };

  test('holds when each operator and each key holds', () => {
    const both = { ...inside, StringEquals: { 'aws:username': 'ann', 'aws:PrincipalType': 'User' } };
    const entries: readonly ContextEntry[] = [
      ['aws:SourceIp', '10.1.1.1'],
      ['aws:username', 'ann'],
      ['aws:PrincipalType', 'User'],
    ];
    expect(holds(both, entries)).toBe(true);
    for (const missing of entries)
      expect(
        holds(
          both,
          entries.filter((entry) => entry !== missing),
        ),
      ).toBe(false);
    expect(holds({}, [])).toBe(true);
  });

  test('of the guide: IfExists of an address and a network', () => {
    const element = { ...inside, StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } };
    expect(holds(element, [['aws:SourceIp', '10.0.0.1']])).toBe(true);
    expect(
      holds(element, [
        ['aws:SourceIp', '10.0.0.1'],
        ['aws:SourceVpc', 'vpc-2'],
      ]),
    ).toBe(false);
  });

  const words = fc.constantFrom('a', 'b', 'c');
  const some = fc.uniqueArray(words, { minLength: 1 });

  property.prop([some, some])(
    'a quantified operator and its contrary never both hold for the same set',
    (policy, values) => {
      expect(
        asked('ForAllValues:StringEquals', policy, values) && asked('ForAnyValue:StringNotEquals', policy, values),
      ).toBe(false);
      expect(
        asked('ForAnyValue:StringEquals', policy, values) || asked('ForAllValues:StringNotEquals', policy, values),
      ).toBe(true);
    },
  );

  property.prop([some, some])(
    'an operator without a set permits no more in an Allow than any set operator',
    (policy, values) => {
      if (asked('StringEquals', policy, values)) expect(asked('ForAllValues:StringEquals', policy, values)).toBe(true);
      if (asked('ForAnyValue:StringEquals', policy, values))
        expect(asked('StringEquals', policy, values, 'Deny')).toBe(true);
    },
  );

  property.prop([some, some])('the order of values does not matter', (policy, values) => {
    for (const operator of [
      'StringEquals',
      'StringNotEquals',
      'ForAnyValue:StringNotLike',
      'ForAllValues:StringLike',
    ]) {
      expect(asked(operator, policy, values)).toBe(asked(operator, policy.toReversed(), values.toReversed()));
    }
  });
});
