// Who may read what the principals of an account may do: whoever judges them by their own policies.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from './wildcards.ts';

const awsPolicies = 'arn:<AWS::Partition>:iam::aws:policy/*';

/** A caller's own policies, those of its groups, its boundary: what IAM judges by anywhere else. */
export function readCallers(role: Role): void {
  const own = (kind: string) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${kind}/*`;
  const user = ['GetUser', 'GetUserPolicy', 'ListAttachedUserPolicies', 'ListGroupsForUser', 'ListUserPolicies'];
  const group = ['GetGroupPolicy', 'ListAttachedGroupPolicies', 'ListGroupPolicies'];
  const roles = ['GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies'];
  const policy = ['GetPolicy', 'GetPolicyVersion'];
  const statement = (actions: readonly string[], resources: readonly string[]) =>
    role.addToPolicy(
      new PolicyStatement({ actions: actions.map((action) => `iam:${action}`), resources: [...resources] }),
    );
  statement(user, [own('user')]);
  statement(group, [own('group')]);
  statement(roles, [own('role')]);
  statement(policy, [own('policy'), `arn:${Aws.PARTITION}:iam::aws:policy/*`]);
  const account = 'arn:<AWS::Partition>:iam::<AWS::AccountId>';
  for (const read of [...['user', 'group', 'role', 'policy'].map((kind) => `${account}:${kind}/*`), awsPolicies]) {
    acknowledgeWildcard(
      role,
      read,
      'Any principal of the account may call, and is judged by its own policies: they are read.',
    );
  }
}
