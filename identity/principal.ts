// What the ARN of a caller says of it as condition keys: IAM user guide, "AWS global condition context keys" and the
// table of principal key values in "IAM policy elements: Variables and tags".
import type { ContextEntry } from './request-context.ts';

const ARN = /^(arn:[^:]+):(?:iam|sts)::(\d{12}):([^/]+)(?:\/(.+))?$/;

const TYPES: Readonly<Record<string, string>> = {
  user: 'User',
  root: 'Account',
  role: 'AssumedRole',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
};

/** `aws:PrincipalArn` (a session's is its role's), `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:username`. */
export const principalEntries = (accountId: string, arn: string): readonly ContextEntry[] => {
  const [, partition = '', account = '', kind = '', name = ''] = ARN.exec(arn) ?? [];
  const type = TYPES[kind];
  // A session does not tell the path of its role.
  const role = kind === 'assumed-role' ? `${partition}:iam::${account}:role/${name.split('/')[0]}` : arn;
  return [
    ['aws:PrincipalAccount', accountId],
    ['aws:PrincipalArn', role],
    ...(type === undefined ? [] : [['aws:PrincipalType', type] as const]),
    ...(kind === 'user' ? [['aws:username', name.slice(name.lastIndexOf('/') + 1)] as const] : []),
  ];
};
