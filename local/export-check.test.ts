// Who gets the key of a certificate: whom the policies allow it, and nobody whose policies cannot be read.
import { expect, test } from 'vitest';
import { checkOf, withinAccount } from './export-check.ts';

const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/c';
const policies = {
  policiesOf: async () => [
    { name: 'all', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
  ],
};
const caller = (accountId: string) => ({ accountId, arn: `arn:aws:iam::${accountId}:role/envoy` });

test('another account gets no key, whatever a source that cannot read its policies says', async () => {
  const check = withinAccount('111122223333', checkOf(policies as never, 'us-east-1', Date.now));
  expect(await check(caller('111122223333'), arn)).toBe(true);
  expect(await check(caller('444455556666'), arn)).toBe(false);
});
