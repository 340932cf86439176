// Permissions on all of a kind, each acknowledged with its reason where the checks would refuse it.
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `resource` as the checks print it: `<LogicalId.Arn>/*`, `arn:<AWS::Partition>:…`. */
export const acknowledgeWildcard = (construct: IConstruct, resource: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
