// The ARNs of certificates and authorities in a document, and what is wrong with them wherever they stand.
import { accountOfArn } from './certificates.ts';
import { constraint, type Fault } from './model/validate.ts';

interface Named {
  readonly path: string;
  readonly arn: string;
}

const members = ['certificateArn', 'certificateAuthorityArns'];

function named(value: unknown, path: string, isMember = false): readonly Named[] {
  if (typeof value === 'string') return isMember ? [{ path, arn: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]: readonly [string, unknown]) =>
    Array.isArray(value)
      ? named(inner, `${path}[${member}]`, isMember)
      : named(inner, `${path}.${member}`, members.includes(member)),
  );
}

/**
 * Certificates stay within the account of whose resource they are (App Mesh guide, shared meshes: ACM and Cloud Map are
 * referred to in one's own account alone). A Cloud Map service needs no rule: it is named without an account.
 */
export function foreignCertificates(account: string, spec: unknown): readonly Fault[] {
  return named(spec, 'spec').flatMap(({ path, arn }) => {
    if (accountOfArn(arn) === account) return [];
    return [constraint(path, arn, `Member must be an ARN of account ${account}, which owns the resource`)];
  });
}

/** API reference of ACM, CertificateArn. What is said of an ARN names it, in the log and in status. */
const longest = 2048;

export function overlongCertificates(spec: unknown): readonly Fault[] {
  return named(spec, 'spec')
    .filter(({ arn }) => arn.length > longest)
    .map(({ path, arn }) => constraint(path, arn, `Member must have length less than or equal to ${longest}`));
}
