// Where everything is kept: the log, which is the truth and is never lost; the views and the snapshots, which can be made
// again from it.
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export interface Storage {
  readonly log: Table;
  readonly views: Table;
  readonly snapshots: Bucket;
  readonly key: Key | undefined;
}

export function storage(scope: Construct, { name, customerKey, disposable }: Settings): Storage {
  const removalPolicy = disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
  const key = customerKey ? new Key(scope, 'StorageKey', { enableKeyRotation: true, removalPolicy }) : undefined;
  const table = {
    billingMode: BillingMode.PAY_PER_REQUEST,
    deletionProtection: !disposable,
    removalPolicy,
    ...(key === undefined
      ? { encryption: TableEncryption.DEFAULT }
      : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
  };
  const log = new Table(scope, 'Log', {
    ...table,
    tableName: name,
    partitionKey: { name: 'stream', type: AttributeType.STRING },
    sortKey: { name: 'version', type: AttributeType.NUMBER },
    // Hints for the projector, which reads the log itself.
    stream: StreamViewType.KEYS_ONLY,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  log.addGlobalSecondaryIndex({
    indexName: 'tail',
    partitionKey: { name: 'tail', type: AttributeType.NUMBER },
    sortKey: { name: 'appendedAt', type: AttributeType.NUMBER },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  const views = new Table(scope, 'Views', {
    ...table,
    tableName: `${name}-views`,
    partitionKey: { name: 'view', type: AttributeType.STRING },
    sortKey: { name: 'key', type: AttributeType.STRING },
    timeToLiveAttribute: 'ttl',
  });
  const snapshots = new Bucket(scope, 'Snapshots', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
  });
  Validations.of(views).acknowledge({
    id: 'AwsSolutions-DDB3',
    reason:
      'What it holds is made again from the log, or may be forgotten: point-in-time recovery would cost and not help.',
  });
  Validations.of(snapshots).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only the functions and streamers of this deployment read and write it; CloudTrail data events log that if wanted.',
  });
  return { log, views, snapshots, key };
}
