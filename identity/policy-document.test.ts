// What counts as a policy document, and how its mistakes are named.
import { describe, expect, test } from 'vitest';
import { managedPolicies } from './managed-policies.ts';
import { parsePolicy } from './policy-document.ts';

const faultsOf = (document: unknown): readonly string[] => {
  const parsed = parsePolicy(document);
  return 'faults' in parsed ? parsed.faults.map(({ path, message }) => `${path} ${message}`) : [];
};

const statement = { Effect: 'Allow', Action: 'appmesh:*', Resource: '*' };

describe('parsePolicy', () => {
  test.each([...managedPolicies])('reads the managed policy %s', (_name, document) => {
    expect(faultsOf(document)).toEqual([]);
  });

  test('takes one statement as well as a list, one string as well as a list', () => {
    expect(parsePolicy({ Statement: statement })).toEqual(
      parsePolicy({ Version: '2012-10-17', Statement: [{ ...statement, Action: ['appmesh:*'], Resource: ['*'] }] }),
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
    ['a condition that is no object', { Statement: { ...statement, Condition: 'x' } }, 'Condition must be an object'],
  ])('names %s', (_case, document, expected) => {
    expect(faultsOf(document).join('\n')).toContain(expected);
  });

  test('finds every mistake, not just the first', () => {
    expect(faultsOf({ Statement: [{ Effect: 'x', Action: 'y', Resource: 'z' }] })).toHaveLength(3);
  });
});
