// Who may have the certificates of an account: exported from ACM, and signed by its private authorities.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from './wildcards.ts';

/** Meshes name the certificates and authorities: which they will be is not known before. */
export function readCertificates(role: Role): void {
  for (const [service, kind, actions] of [
    ['acm', 'certificate', ['DescribeCertificate', 'ExportCertificate']],
    ['acm-pca', 'certificate-authority', ['GetCertificate', 'GetCertificateAuthorityCertificate', 'IssueCertificate']],
  ] as const) {
    const resource = `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${kind}/*`;
    role.addToPolicy(
      new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [resource] }),
    );
    acknowledgeWildcard(
      role,
      `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${kind}/*`,
      'Any certificate and authority of the account may come to be named by a mesh.',
    );
  }
}
