// The credentials file's format: what is read, and how a mistake is named without repeating a secret.
import { describe, expect, test } from 'vitest';
import { parseCredentialList } from './credential-list.ts';

const SECRET = 'hush-hush-secret';
const entry = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: SECRET,
  accountId: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/ann',
  policies: ['AWSAppMeshFullAccess', { Statement: { Effect: 'Deny', Action: 'appmesh:Delete*', Resource: '*' } }],
};

const faultsOf = (text: string): string => {
  const parsed = parseCredentialList(text);
  return 'faults' in parsed ? parsed.faults.join('\n') : '';
};

describe('parseCredentialList', () => {
  test('reads entries, with documents and names of managed policies', () => {
    const parsed = parseCredentialList(
      JSON.stringify([
        { ...entry, sessionToken: 'tok' },
        { ...entry, accessKeyId: 'B' },
      ]),
    );
    if ('faults' in parsed) throw new Error(parsed.faults.join());
    const [first, second] = parsed.credentials;
    expect(first).toMatchObject({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'tok' });
    expect(second).not.toHaveProperty('sessionToken');
    expect(second?.policies.map(({ statements }) => statements[0]?.effect)).toEqual(['Allow', 'Deny']);
  });

  test('takes a session token that is null for absent', () => {
    const parsed = parseCredentialList(JSON.stringify([{ ...entry, sessionToken: null }]));
    expect('credentials' in parsed && parsed.credentials[0]?.sessionToken).toBe(undefined);
  });

  test.each([
    ['a missing member', [{ ...entry, arn: undefined }], 'entry 1 (AKIDEXAMPLE): member "arn" is missing'],
    [
      'a wrong account',
      [{ ...entry, accountId: 111122223333 }],
      'member "accountId" must be a string of twelve digits',
    ],
    ['a foreign ARN', [{ ...entry, accountId: '000000000000' }], 'member "arn" names another account'],
    ['an ARN that is no principal', [{ ...entry, arn: 'ann' }], 'member "arn" must be the ARN'],
    ['an empty secret', [{ ...entry, secretAccessKey: '' }], 'member "secretAccessKey" must be a string'],
    ['a slash in the key id', [{ ...entry, accessKeyId: 'a/b' }], 'entry 1: member "accessKeyId" must be'],
    ['an unknown member', [{ ...entry, policy: [] }], 'member "policy" is not known'],
    ['policies that are no list', [{ ...entry, policies: {} }], 'member "policies" must be a list'],
    ['an unknown managed policy', [{ ...entry, policies: ['Nope'] }], 'member "policies[0]" names none of'],
    [
      'a mistake in a policy',
      [entry, { ...entry, accessKeyId: 'B', policies: [{ Statement: [{ Effect: 'No' }] }] }],
      'entry 2 (B): member "policies[0].Statement[0].Effect" must be "Allow" or "Deny"',
    ],
    ['the same key twice', [entry, entry], 'entry 2 (AKIDEXAMPLE): member "accessKeyId" stands in an entry before'],
    ['an entry that is no object', ['x'], 'entry 1: must be an object'],
    ['something else than a list', {}, 'must hold a list of credentials'],
  ])('names %s', (_case, document, expected) => {
    const faults = faultsOf(JSON.stringify(document));
    expect(faults).toContain(expected);
    expect(faults).not.toContain(SECRET);
  });

  test.each([`[{"secretAccessKey": "${SECRET}" oops`, `[${SECRET}]`, `["${SECRET}`, `\n{"${SECRET}"`, ''])(
    'never quotes text that is not JSON: %s',
    (text) => {
      const faults = faultsOf(text);
      expect(faults).toContain('is not valid JSON');
      expect(faults).not.toMatch(/hush|secret/);
    },
  );
});
