// The credentials file's format: what is read, and how a mistake is named without repeating a secret.
import { readFileSync } from 'node:fs';
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

  test('names policies for the log: managed ones by name, documents by where they stand', () => {
    const parsed = parseCredentialList(JSON.stringify([entry, { ...entry, accessKeyId: 'B' }]));
    const names = 'credentials' in parsed && parsed.credentials[1]?.policies.map(({ name }) => name);
    expect(names).toEqual(['AWSAppMeshFullAccess', 'entry 2, policies[1]']);
  });

  test('reads the tags of a principal', () => {
    const parsed = parseCredentialList(JSON.stringify([{ ...entry, tags: { team: 'blue', 'cost center': '' } }]));
    expect('credentials' in parsed && parsed.credentials[0]?.tags).toEqual([
      { key: 'team', value: 'blue' },
      { key: 'cost center', value: '' },
    ]);
  });

  test('reads the example in the documentation', () => {
    const page = readFileSync(new URL('../docs/concepts/policies.md', import.meta.url), 'utf8');
    const example = /```json\n([^`]+)```/.exec(page)?.[1] ?? '';
    expect(faultsOf(example)).toBe('');
    expect(parseCredentialList(example)).toHaveProperty('credentials.0.policies.1.statements.0.name', 'OwnTeam');
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
    ['tags that are no object', [{ ...entry, tags: ['a'] }], 'member "tags" must be an object'],
    ['a tag that is no string', [{ ...entry, tags: { team: 7 } }], 'and "team" has none'],
    [
      'a mistake in a condition',
      [{ ...entry, policies: [{ Statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Is: {} } } }] }],
      'member "policies[0].Statement[0].Condition.Is" is not a condition operator',
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
