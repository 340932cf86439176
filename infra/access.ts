// What each part may do with what is kept, and no more: the log is put to and queried, never changed or deleted from.

import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Storage } from './storage.ts';
import { acknowledgeWildcard } from './wildcards.ts';

export type Use =
  | 'log:read'
  | 'log:write'
  | 'log:tail'
  | 'views:read'
  | 'views:write'
  | 'snapshots:read'
  | 'snapshots:write';

/** What DynamoDB and S3 do with a customer's key, in the name of whoever asks them. */
const throughKey = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
].map((action) => `kms:${action}`);

/** What is kept, seen from any stack. */
interface Kept extends Omit<Storage, 'snapshots'> {
  readonly snapshots: IBucket;
}

/** Gives a role these uses; `printed` is how the checks print the ARN of a bucket that is another stack's. */
export function allow(role: Role, { log, views, snapshots, key }: Kept, uses: readonly Use[], printed?: string): void {
  const statement = (actions: readonly string[], resources: readonly string[]): void => {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  };
  for (const use of uses) {
    switch (use) {
      case 'log:read':
        statement(['dynamodb:Query'], [log.tableArn]);
        break;
      case 'log:write':
        statement(['dynamodb:PutItem', 'dynamodb:Query'], [log.tableArn]);
        break;
      case 'log:tail':
        statement(['dynamodb:Query'], [`${log.tableArn}/index/tail`]);
        break;
      case 'views:read':
        statement(['dynamodb:GetItem', 'dynamodb:Query'], [views.tableArn]);
        break;
      case 'views:write':
        statement(
          ['GetItem', 'Query', 'PutItem', 'DeleteItem', 'UpdateItem', 'BatchWriteItem'].map((one) => `dynamodb:${one}`),
          [views.tableArn],
        );
        break;
      case 'snapshots:read':
        // Without the list, an object that is gone would look like one that is forbidden.
        statement(['s3:ListBucket'], [snapshots.bucketArn]);
        statement(['s3:GetObject'], [snapshots.arnForObjects('snapshots/*')]);
        break;
      case 'snapshots:write':
        statement(['s3:ListBucket'], [snapshots.bucketArn]);
        statement(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [snapshots.arnForObjects('snapshots/*')]);
        break;
    }
  }
  const bucket = printed ?? `<${Stack.of(snapshots).getLogicalId(snapshots.node.defaultChild as CfnBucket)}.Arn>`;
  acknowledgeWildcard(
    role,
    `${bucket}/snapshots/*`,
    'The snapshots of all meshes: which there are is not known before.',
  );
  if (key !== undefined) statement(throughKey, [key.keyArn]);
}
