// Envoys that sign their streams: what policies can ask of them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { expect, test } from 'vitest';
import { parsePolicy } from '#identity/policy-document.ts';
import { signedStreams } from './signed-streams.ts';

const caller = { accountId: '111122223333', arn: 'arn:aws:sts::111122223333:assumed-role/Envoy/i-1' };
const arn = 'arn:aws:appmesh:us-east-1:111122223333:mesh/m/virtualNode/n';
const blue = { arn, tags: [{ key: 'team', value: 'blue' }] };
const red = { arn, tags: [{ key: 'team', value: 'red' }] };

const checkBy = (Condition: object, now = 0) => {
  const statement = { Effect: 'Allow', Action: 'appmesh:StreamAggregatedResources', Resource: '*', Condition };
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: statement }, 'p');
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return signedStreams(
    {
      byAccessKey: () => undefined,
      policiesOf: (of) => (of === caller.arn ? [parsed.policy] : []),
      tagsOf: () => [{ key: 'team', value: 'blue' }],
    },
    'us-east-1',
    () => now,
  );
};

test('the tags of the node, the tags of the principal', async () => {
  const check = checkBy({ StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } });
  expect([await check.mayBe(caller, blue), await check.mayBe(caller, red)]).toEqual([true, false]);
});

test('the role, the region and the time', async () => {
  const role = checkBy({
    ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Envoy' },
    StringEquals: { 'aws:RequestedRegion': 'us-east-1' },
  });
  expect(await role.mayBe(caller, blue)).toBe(true);
  expect(await role.mayBe({ ...caller, arn: 'arn:aws:iam::111122223333:user/ann' }, blue)).toBe(false);
  const before = { DateLessThan: { 'aws:CurrentTime': '1970-01-01T00:01:00Z' } };
  expect(await checkBy(before, 59_999).mayBe(caller, blue)).toBe(true);
  expect(await checkBy(before, 60_000).mayBe(caller, blue)).toBe(false);
});
