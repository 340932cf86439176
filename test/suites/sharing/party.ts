// Who calls in the suite of sharing: accounts of their own, one of which has less than all permissions.
import type { Principal } from '../api/principals.ts';

const everything = { Effect: 'Allow', Action: ['appmesh:*', 'ram:*'], Resource: '*' };

function caller(name: string, accountId: string, ...statements: readonly object[]): Principal {
  return {
    accessKeyId: `KEY-${name}`,
    secretAccessKey: `${name}-has-a-secret-of-its-own`,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    policies: [{ Version: '2012-10-17', Statement: statements }],
  };
}

export const party = {
  owner: caller('sharing-owner', '111111111111', everything),
  consumer: caller('sharing-consumer', '222222222222', everything),
  stranger: caller('sharing-stranger', '333333333333', everything),
  /** In the owner's organization, right below its root. */
  colleague: caller('sharing-colleague', '444444444444', everything),
  /** In the owner's organization, in its unit. */
  member: caller('sharing-member', '555555555555', everything),
  /** Of the owner's account: may share, but no mesh. */
  clerk: caller('sharing-clerk', '111111111111', { Effect: 'Allow', Action: 'ram:*', Resource: '*' }),
  /** Of the owner's account: may do everything but touch what is tagged as secret. */
  guard: caller('sharing-guard', '111111111111', everything, {
    Effect: 'Deny',
    Action: ['ram:UpdateResourceShare', 'ram:DeleteResourceShare'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/class': 'secret' } },
  }),
} as const;

/** The organization of the owner, the colleague and the member. */
export const organization = {
  id: 'o-heddle1234',
  unit: 'ou-heddle-12345678',
  arn: 'arn:aws:organizations::111111111111:organization/o-heddle1234',
  unitArn: 'arn:aws:organizations::111111111111:ou/o-heddle1234/ou-heddle-12345678',
} as const;
