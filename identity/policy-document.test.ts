// What counts as a policy document, and how its mistakes are named.
import { describe, expect, test } from 'vitest';
import { managedPolicy, managedPolicyNames } from './managed-policies.ts';
import { parsePolicy } from './policy-document.ts';

const faultsOf = (document: unknown): readonly string[] => {
  const parsed = parsePolicy(document, 'p');
  return 'faults' in parsed ? parsed.faults.map(({ path, message }) => `${path} ${message}`) : [];
};

const statement = { Effect: 'Allow', Action: 'appmesh:*', Resource: '*' };

describe('parsePolicy', () => {
  test.each(managedPolicyNames)('reads the managed policy %s, by its name and its ARN', (name) => {
    expect(faultsOf(managedPolicy(name)?.document)).toEqual([]);
    expect(managedPolicy(`arn:aws:iam::aws:policy/${name}`)).toEqual(managedPolicy(name));
  });

  test('knows no other managed policy', () => {
    expect(managedPolicy('AdministratorAccess')).toBeUndefined();
    expect(managedPolicy('arn:aws:iam::111122223333:policy/AWSAppMeshReadOnly')).toBeUndefined();
  });

  test('names statements by their Sid, else by their place', () => {
    const parsed = parsePolicy({ Statement: [statement, { ...statement, Sid: 'Mine' }] }, 'p');
    expect('policy' in parsed && parsed.policy).toMatchObject({
      name: 'p',
      statements: [{ name: 'Statement[0]' }, { name: 'Mine' }],
    });
  });

  test('takes one statement as well as a list, one string as well as a list', () => {
    const listed = [{ ...statement, Action: ['appmesh:*'], Resource: ['*'] }];
    expect(parsePolicy({ Statement: statement }, 'p')).toEqual(
      parsePolicy({ Version: '2012-10-17', Statement: listed }, 'p'),
    );
  });

  test.each([
    ['no object', 'text', ' must be a policy document'],
    ['no statement', { Version: '2012-10-17' }, 'Statement is missing'],
    ['a version that does not exist', { Version: '2020-01-01', Statement: [] }, 'Version must be one of'],
    ['an unknown member', { Statement: [], Statment: [] }, 'Statment is not a member'],
    ['a statement that is none', { Statement: [7] }, 'Statement[0] must be an object'],
    ['a wrong effect', { Statement: { ...statement, Effect: 'allow' } }, 'Statement[0].Effect must be'],
    [
      'a missing action',
      { Statement: { Effect: 'Deny', Resource: '*' } },
      'Statement[0].Action is missing (or NotAction)',
    ],
    [
      'both action members',
      { Statement: { ...statement, NotAction: '*' } },
      'Statement[0].Action must not stand beside',
    ],
    ['an action without a service', { Statement: { ...statement, Action: 'CreateMesh' } }, '"CreateMesh" must be'],
    ['an empty list', { Statement: { ...statement, Action: [] } }, 'Statement[0].Action must not be an empty list'],
    [
      'a number for a resource',
      { Statement: { ...statement, Resource: [1] } },
      'Statement[0].Resource must be a string',
    ],
    [
      'a resource that is no ARN',
      { Statement: { ...statement, Resource: 'mesh/m' } },
      '"mesh/m" must be "*" or an ARN',
    ],
    ['a principal', { Statement: { ...statement, Principal: '*' } }, 'Statement[0].Principal is not a member'],
    ['a Sid that is no string', { Statement: { ...statement, Sid: 1 } }, 'Statement[0].Sid must be a string'],
    [
      'a Sid that stands twice',
      {
        Statement: [
          { ...statement, Sid: 'A' },
          { ...statement, Sid: 'A' },
        ],
      },
      'Statement has two statements with the Sid "A"',
    ],
    [
      'a broken variable in a resource',
      { Version: '2012-10-17', Statement: { ...statement, Resource: `arn:aws:s3:::${'${'}aws:username` } },
      'without "}"',
    ],
    ['a condition that is no object', { Statement: { ...statement, Condition: 'x' } }, 'Condition must be an object'],
  ])('names %s', (_case, document, expected) => {
    expect(faultsOf(document).join('\n')).toContain(expected);
  });

  const conditional = (Condition: unknown) => ({ Version: '2012-10-17', Statement: { ...statement, Condition } });

  test.each<[string, unknown, string]>([
    ['an unknown operator', { StringEqual: { 'aws:username': 'a' } }, 'StringEqual is not a condition operator'],
    ['an unknown set', { 'ForSomeValues:StringEquals': { 'aws:username': 'a' } }, 'is not a condition operator'],
    ['Null with IfExists', { NullIfExists: { 'aws:username': 'true' } }, 'NullIfExists is not a condition operator'],
    ['Null of a set', { 'ForAnyValue:Null': { 'aws:TagKeys': 'true' } }, 'is not a condition operator'],
    ['an operator without keys', { StringEquals: 'a' }, 'StringEquals must be an object of condition keys'],
    ['a key without a prefix', { StringEquals: { username: 'a' } }, 'StringEquals.username must be a condition key'],
    ['no value', { StringEquals: { 'aws:username': [] } }, 'StringEquals.aws:username must not be an empty list'],
    ['a value that is an object', { StringEquals: { 'aws:username': {} } }, 'must be a string, a number, a boolean'],
    ['a null', { StringEquals: { 'aws:username': [null] } }, 'must be a string, a number, a boolean'],
    ['a number that is none', { NumericEquals: { 'a:b': 'ten' } }, '"ten" must be a number'],
    ['a variable for a number', { NumericEquals: { 'a:b': `${'${'}aws:EpochTime}` } }, 'must be a number'],
    ['a time that is none', { DateLessThan: { 'aws:CurrentTime': '2026-13-01' } }, '"2026-13-01" must be a time'],
    ['a time without its zone', { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00' } }, 'must be a time'],
    ['a boolean that is none', { Bool: { 'aws:SecureTransport': 'yes' } }, '"yes" must be "true" or "false"'],
    ['a Null that is none', { Null: { 'aws:username': 'maybe' } }, '"maybe" must be "true" or "false"'],
    ['bytes that are none', { BinaryEquals: { 'a:b': 'a' } }, '"a" must be base64'],
    ['an address that is none', { IpAddress: { 'aws:SourceIp': '10.0.0' } }, '"10.0.0" must be an IP address'],
    ['a prefix that is too long', { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } }, 'must be an IP address'],
    ['a prefix that is none', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/' } }, 'must be an IP address'],
    ['a broken variable', { StringLike: { 'aws:username': `${'${'}` } }, 'without "}"'],
  ])('names %s in a condition', (_case, condition, expected) => {
    expect(faultsOf(conditional(condition)).join('\n')).toContain(expected);
    expect(faultsOf(conditional(condition)).join('\n')).toContain('Statement[0].Condition.');
  });

  test('finds every mistake, not just the first', () => {
    expect(faultsOf({ Statement: [{ Effect: 'x', Action: 'y', Resource: 'z' }] })).toHaveLength(3);
  });
});
