// What the checks find in the streamers' stack and is meant so, each with its reason.
import { Validations } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { acknowledgeWildcard } from './wildcards.ts';

export interface Excepted {
  readonly taskDefinition: FargateTaskDefinition;
  readonly balancer: NetworkLoadBalancer;
  readonly outer: SecurityGroup;
}

export function acknowledgeStreamer({ taskDefinition, balancer, outer }: Excepted): void {
  Validations.of(taskDefinition).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'The variables name tables, a bucket and addresses: none is a secret, and a task holds none.',
  });
  Validations.of(balancer).acknowledge({
    id: 'AwsSolutions-ELB2',
    reason: 'The streamers log every stream with its Envoy; a network load balancer logs TLS connections alone.',
  });
  Validations.of(outer).acknowledge({
    id: 'AwsSolutions-EC23',
    reason: 'The rule reads addresses; those of the network are known when it is made.',
  });
  const { executionRole } = taskDefinition;
  if (executionRole !== undefined) {
    acknowledgeWildcard(executionRole, '*', 'ecr:GetAuthorizationToken knows no resource.');
  }
}
