// Who gets the key of a certificate: whom the policies allow it, and nobody whose policies cannot be read.
import { expect, test } from 'vitest';
import { parsePolicy } from '#identity/policy-document.ts';
import { checkOf, withinAccount } from './export-check.ts';

const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/c';
const parsed = parsePolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'all',
);
const policies = { policiesOf: async () => ('policy' in parsed ? [parsed.policy] : []) };
const caller = (accountId: string) => ({ accountId, arn: `arn:aws:iam::${accountId}:role/envoy` });

test('another account gets no key, whatever a source that cannot read its policies says', async () => {
  const check = withinAccount('111122223333', checkOf(policies, 'us-east-1', Date.now));
  expect(await check(caller('111122223333'), arn)).toBe(true);
  expect(await check(caller('444455556666'), arn)).toBe(false);
});
