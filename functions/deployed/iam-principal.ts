// A caller's ARN as IAM knows the principal behind it.

export type IamPrincipal =
  /** The account itself: IAM's policies do not bind it. */
  | { readonly kind: 'root' }
  | { readonly kind: 'user' | 'role'; readonly name: string }
  /** Federated users, services: what they may do stands in no policy that could be read. */
  | { readonly kind: 'unknown' };

/** IAM user guide, "IAM identifiers": a user's ARN has its path, a session's neither the path nor the id of its role. */
export function iamPrincipal(arn: string): IamPrincipal {
  const [, service, kind, rest = ''] = /^arn:[^:]+:(iam|sts)::\d{12}:([^/]+)(?:\/(.+))?$/.exec(arn) ?? [];
  if (service === 'iam' && kind === 'root') return { kind: 'root' };
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  if (service === 'iam' && (kind === 'user' || kind === 'role') && name !== '') return { kind, name };
  const [role = '', session = ''] = rest.split('/');
  if (service === 'sts' && kind === 'assumed-role' && role !== '' && session !== '')
    return { kind: 'role', name: role };
  return { kind: 'unknown' };
}
