// What the ARN of a caller says of it, by the table of principal key values in the IAM user guide.
import { expect, test } from 'vitest';
import { principalEntries } from './principal.ts';

const account = '111122223333';

test.each([
  [`arn:aws:iam::${account}:user/ann`, 'User', `arn:aws:iam::${account}:user/ann`, 'ann'],
  [`arn:aws:iam::${account}:user/team/a/ann`, 'User', `arn:aws:iam::${account}:user/team/a/ann`, 'ann'],
  [`arn:aws:iam::${account}:root`, 'Account', `arn:aws:iam::${account}:root`, undefined],
  [`arn:aws:iam::${account}:role/p/Deploy`, 'AssumedRole', `arn:aws:iam::${account}:role/p/Deploy`, undefined],
  [
    `arn:aws-cn:sts::${account}:assumed-role/Deploy/session@host`,
    'AssumedRole',
    `arn:aws-cn:iam::${account}:role/Deploy`,
    undefined,
  ],
  [
    `arn:aws:sts::${account}:federated-user/bob`,
    'FederatedUser',
    `arn:aws:sts::${account}:federated-user/bob`,
    undefined,
  ],
  [`arn:aws:sts::${account}:something/new`, undefined, `arn:aws:sts::${account}:something/new`, undefined],
])('%s', (arn, type, principalArn, username) => {
  expect(Object.fromEntries(principalEntries(account, arn))).toEqual({
    'aws:PrincipalAccount': account,
    'aws:PrincipalArn': principalArn,
    ...(type && { 'aws:PrincipalType': type }),
    ...(username && { 'aws:username': username }),
  });
});
