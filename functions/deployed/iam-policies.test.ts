// Callers' own IAM policies: whose are read, how long they hold, and that nobody is let through when they cannot be read.
import { beforeEach, expect, test, vi } from 'vitest';
import { judgeWithin } from '#identity/policy.ts';
import { contextOf } from '#identity/request-context.ts';
import { Refused } from '../refused.ts';
import { iamPolicies } from './iam-policies.ts';
import type { IamDocument, IamHoldings } from './iam-reader.ts';

const account = '111111111111';
const statement = (Effect: 'Allow' | 'Deny', Action: string, more: object = {}) => ({
  Effect,
  Action,
  Resource: '*',
  ...more,
});
const document = (name: string, ...Statement: readonly object[]): IamDocument => ({
  name,
  document: { Version: '2012-10-17', Statement },
});
const user = { accountId: account, arn: `arn:aws:iam::${account}:user/teams/ada` };
const session = { accountId: account, arn: `arn:aws:sts::${account}:assumed-role/Deployer/build-7` };

let time = 0;
const holdings = new Map<string, IamHoldings | Error>();
const asked: string[] = [];
const troubles: string[] = [];
const read = (kind: string) => async (name: string) => {
  asked.push(`${kind} ${name}`);
  const found = holdings.get(`${kind} ${name}`);
  if (found === undefined) throw Object.assign(new Error('no such entity'), { name: 'NoSuchEntityException' });
  if (found instanceof Error) throw found;
  return found;
};
const source = () =>
  iamPolicies({
    reader: { user: read('user'), role: read('role') },
    account,
    now: () => time,
    onTrouble: (what, trouble) => void troubles.push(`${what}: ${trouble}`),
  });

beforeEach(() => {
  time = 0;
  holdings.clear();
  asked.length = 0;
  troubles.length = 0;
});

async function allowed(policies: ReturnType<typeof source>, caller: typeof user, action = 'appmesh:DescribeMesh') {
  const [own, boundary] = await Promise.all([policies.policiesOf(caller), policies.boundaryOf?.(caller)]);
  return judgeWithin(boundary, own, { action, resource: 'arn:aws:appmesh:us-east-1:1:mesh/m', context: contextOf([]) })
    .decision;
}

test('a role is known by itself as by its sessions', async () => {
  holdings.set('role Deployer', { policies: [document('p', statement('Allow', 'appmesh:*'))], tags: [] });
  for (const arn of [session.arn, `arn:aws:iam::${account}:role/Deployer`, `arn:aws:iam::${account}:role/a/Deployer`]) {
    expect([arn, await allowed(source(), { accountId: account, arn })]).toEqual([arn, 'allowed']);
  }
});

test('a user is known by the last part of its path, a session by its role', async () => {
  holdings.set('user ada', {
    policies: [document('p', statement('Allow', 'appmesh:*'))],
    tags: [{ key: 'team', value: 'a' }],
  });
  holdings.set('role Deployer', { policies: [], tags: [] });
  const policies = source();
  expect(await allowed(policies, user)).toBe('allowed');
  expect(await policies.tagsOf?.(user)).toEqual([{ key: 'team', value: 'a' }]);
  expect(await allowed(policies, session)).toBe('implicitDeny');
  expect(asked).toEqual(['user ada', 'role Deployer']);
});

test('policies hold for a minute, one read a caller, also for a crowd', async () => {
  holdings.set('user ada', { policies: [], tags: [] });
  const policies = source();
  await Promise.all([allowed(policies, user), allowed(policies, user)]);
  time = 59_999;
  await allowed(policies, user);
  expect(asked).toHaveLength(1);
  holdings.set('user ada', { policies: [document('p', statement('Allow', '*'))], tags: [] });
  time = 60_000;
  expect(await allowed(policies, user)).toBe('allowed');
  expect(asked).toHaveLength(2);
});

test('what IAM cannot tell now lets nobody through, and is asked for again at the next call', async () => {
  holdings.set('user ada', new Error('Rate exceeded'));
  const policies = source();
  const refused = await policies.policiesOf(user).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refused);
  expect((refused as Refused).reason).toMatchObject({ refused: 'unavailable' });
  expect(troubles.join()).toContain('Rate exceeded');
  holdings.set('user ada', { policies: [document('p', statement('Allow', '*'))], tags: [] });
  expect(await allowed(policies, user)).toBe('allowed');
});

test('a user that is no more, a federated user, a service: nothing is allowed', async () => {
  const policies = source();
  expect(await allowed(policies, user)).toBe('implicitDeny');
  const federated = { accountId: account, arn: `arn:aws:sts::${account}:federated-user/ada` };
  expect(await allowed(policies, federated)).toBe('implicitDeny');
  expect(await allowed(policies, { accountId: account, arn: `arn:aws:iam::${account}:role/Deployer` })).toBe(
    'implicitDeny',
  );
});

test('the account itself and other accounts are not judged by policies that nobody can read', async () => {
  const policies = source();
  expect(await allowed(policies, { accountId: account, arn: `arn:aws:iam::${account}:root` })).toBe('allowed');
  expect(await allowed(policies, { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:user/ada' })).toBe(
    'allowed',
  );
  expect(asked).toEqual([]);
});

test('a boundary must allow what the policies allow', async () => {
  const policies = [document('p', statement('Allow', 'appmesh:*'))];
  const boundary = document('b', statement('Allow', 'appmesh:Describe*'));
  holdings.set('user ada', { policies, boundary, tags: [] });
  const known = source();
  expect(await allowed(known, user)).toBe('allowed');
  expect(await allowed(known, user, 'appmesh:DeleteMesh')).toBe('implicitDeny');
});

test('a statement that is not understood allows nothing, and denies all that it might be about', async () => {
  const odd = { Condition: { NoSuchOperator: { 'aws:SourceIp': '1.2.3.4' } } };
  const both = [statement('Allow', 'appmesh:*'), statement('Allow', 'appmesh:Describe*', odd)];
  holdings.set('user ada', { policies: [document('p', ...both)], tags: [] });
  expect(await allowed(source(), user)).toBe('allowed');
  holdings.set('user ada', { policies: [document('p', statement('Allow', 'appmesh:*', odd))], tags: [] });
  expect(await allowed(source(), user)).toBe('implicitDeny');
  const denied = [statement('Allow', '*'), statement('Deny', 'appmesh:Delete*', odd)];
  holdings.set('user ada', { policies: [document('p', ...denied)], tags: [] });
  expect(await allowed(source(), user)).toBe('explicitDeny');
  const elsewhere = [statement('Allow', '*'), statement('Deny', 's3:*', odd)];
  holdings.set('user ada', { policies: [document('p', ...elsewhere)], tags: [] });
  expect(await allowed(source(), user)).toBe('allowed');
  expect(troubles.join()).toContain('p, Statement[1]');
});

test('a reader that throws at once is no different', async () => {
  const throwing = vi.fn(() => {
    throw new Error('no credentials');
  });
  const policies = iamPolicies({
    reader: { user: throwing, role: throwing },
    account,
    now: () => 0,
    onTrouble: () => {},
  });
  await expect(policies.policiesOf(user)).rejects.toBeInstanceOf(Refused);
});

test('a policy that is taken away while it is read takes no other with it', async () => {
  holdings.set('user ada', { policies: [document('all', statement('Allow', 'appmesh:*'))], tags: [] });
  const reader = { user: read('user'), role: read('role') };
  const torn = Object.assign(new Error('no such policy'), { name: 'NoSuchEntityException' });
  const policies = iamPolicies({
    reader: { ...reader, user: vi.fn(reader.user).mockRejectedValueOnce(torn) },
    account,
    now: () => time,
    onTrouble: () => {},
  });
  expect(await allowed(policies, user)).toBe('allowed');
});
