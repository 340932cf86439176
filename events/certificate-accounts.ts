// Certificates stay within the account of whose resource they are (App Mesh guide, shared meshes: ACM and Cloud Map are
// referred to in one's own account alone). A Cloud Map service needs no rule: it is named without an account.
import { constraint, type Fault } from './model/validate.ts';

const members = ['certificateArn', 'certificateAuthorityArns'];

/** The ARNs in a document of certificates and authorities that are not this account's. */
export function foreignCertificates(account: string, value: unknown, path = 'spec'): readonly Fault[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]: readonly [string, unknown]) => {
    const at = Array.isArray(value) ? `${path}[${member}]` : `${path}.${member}`;
    return members.includes(member) ? foreign(account, inner, at) : foreignCertificates(account, inner, at);
  });
}

function foreign(account: string, value: unknown, path: string): readonly Fault[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => foreign(account, one, `${path}[${index}]`));
  if (typeof value !== 'string' || value.split(':')[4] === account) return [];
  return [constraint(path, value, `Member must be an ARN of account ${account}, which owns the resource`)];
}
