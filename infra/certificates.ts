// Who may have the certificates of an account: exported from ACM, and signed by its private authorities.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { acknowledgeWildcard } from './wildcards.ts';

type Reading = readonly (readonly [api: string, kind: string, actions: readonly string[]])[];

const described: Reading = [['acm', 'certificate', ['DescribeCertificate']]];
const given: Reading = [
  ['acm', 'certificate', ['DescribeCertificate', 'ExportCertificate']],
  ['acm-pca', 'certificate-authority', ['GetCertificate', 'GetCertificateAuthorityCertificate', 'IssueCertificate']],
];

/** Looks at certificates, and has no key of any. */
export const watchCertificates = (role: Role): void => allowed(role, described);

/** Has certificates with their keys, and its own requests signed. */
export const readCertificates = (role: Role): void => allowed(role, given);

/** Meshes name the certificates and authorities: which they will be is not known before. */
function allowed(role: Role, reading: Reading): void {
  for (const [api, kind, actions] of reading) {
    const resource = `arn:${Aws.PARTITION}:${api}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${kind}/*`;
    role.addToPolicy(
      new PolicyStatement({ actions: actions.map((action) => `${api}:${action}`), resources: [resource] }),
    );
    acknowledgeWildcard(
      role,
      `arn:<AWS::Partition>:${api}:<AWS::Region>:<AWS::AccountId>:${kind}/*`,
      'Any certificate and authority of the account may come to be named by a mesh.',
    );
  }
}

/** Seals secrets for the views and opens what was sealed. */
export function seal(role: Role, key: IKey): void {
  role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }));
}
