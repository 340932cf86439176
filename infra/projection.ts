// What wakes the projector: the log's stream, and a sweep every five minutes for hints that were lost.
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Storage } from './storage.ts';
import { acknowledgeWildcard } from './wildcards.ts';

export function projection(scope: Construct, { projector }: Functions, { log }: Storage): void {
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
  new Rule(scope, 'Sweep', {
    description: 'Heddle: looks at what was written lately, in case a hint was lost',
    schedule: Schedule.rate(Duration.minutes(5)),
    targets: [new LambdaFunction(projector, { event: RuleTargetInput.fromObject({ sweep: true }) })],
  });
}
