// Over which streams a key may be told, and whose policies decide on it.
import { expect, test } from 'vitest';
import { holderOf, roleOf } from './holder.ts';

const accountId = '111111111111';
const role = { accountId, arn: `arn:aws:iam::${accountId}:role/envoy` };

test.each([
  ['plain', '127.0.0.1:4000', false],
  ['plain', '127.9.8.7:4000', false],
  ['plain', '::1:4000', false],
  ['plain', '[::1]:4000', false],
  ['plain', '::ffff:127.0.0.1:4000', false],
  ['plain', '10.0.0.1:4000', true],
  ['plain', '::ffff:10.0.0.1:4000', true],
  ['plain', '1.127.0.0.1:4000', true],
  ['plain', 'fe80::1:4000', true],
  ['plain', '2001:db8::1:4000', true],
  ['plain', 'unknown', true],
  ['tls', '10.0.0.1:4000', false],
  ['unix', 'unix:/run/heddle.sock', false],
] as const)('a %s stream from %s: exposed %s', (transport, peer, exposed) => {
  expect(holderOf({ transport, peer }, role)).toEqual({ caller: role, exposed });
});

test.each([
  [`arn:aws:sts::${accountId}:assumed-role/envoy/task-1`, role.arn],
  [`arn:aws-cn:sts::${accountId}:assumed-role/envoy/task-1`, `arn:aws-cn:iam::${accountId}:role/envoy`],
  [`arn:aws:iam::${accountId}:user/ann`, `arn:aws:iam::${accountId}:user/ann`],
])('%s is judged as %s', (arn, judged) => {
  expect(roleOf({ accountId, arn })).toEqual({ accountId, arn: judged });
});
