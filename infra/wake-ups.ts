// What wakes functions by itself: the log's stream the projector, schedules the sweeps for what was lost or left under way,
// and the look at the organization.
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type Function as Lambda, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Storage } from './storage.ts';
import { acknowledgeWildcard } from './wildcards.ts';

export function wakeUps(scope: Construct, { projector, sharing, organization }: Functions, { log }: Storage): void {
  projector.addEventSource(
    new DynamoEventSource(log, {
      startingPosition: StartingPosition.LATEST,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // Hints: what is given up is found by the sweep.
      retryAttempts: 5,
      maxRecordAge: Duration.hours(1),
    }),
  );
  // Streams have no names of their own: permission to list them cannot be narrowed.
  if (projector.role !== undefined) acknowledgeWildcard(projector.role, '*', 'dynamodb:ListStreams knows no resource.');
  const every = (id: string, minutes: number, woken: Lambda, description: string) =>
    new Rule(scope, id, {
      description: `Heddle: ${description}`,
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [new LambdaFunction(woken, { event: RuleTargetInput.fromObject({ sweep: true }) })],
    });
  every('Sweep', 5, projector, 'looks at what was written lately, in case a hint was lost');
  every('SharingSweep', 5, sharing, 'brings shares to their end that a crash has left under way');
  if (organization !== undefined) every('Organization', 1, organization, 'reads who is in the organization');
}
