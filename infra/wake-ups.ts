// What wakes functions by itself: the log's stream the projector, schedules the sweeps for what was lost or left under way,
// the looks at certificates and at the organization; ACM's own news of certificates the rotation.
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type Function as Lambda, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';
import { acknowledgeWildcard } from './wildcards.ts';

/** EventBridge reference, AWS Certificate Manager events: all that there are. */
const certificateNews = [
  'ACM Certificate Available',
  'ACM Certificate Rotated',
  'ACM Certificate Revoked',
  'ACM Certificate Approaching Expiration',
  'ACM Certificate Expired',
  'ACM Certificate Renewal Action Required',
];

export function wakeUps(scope: Construct, settings: Settings, functions: Functions, { log }: Storage): void {
  const { projector, sharing, organization, rotation } = functions;
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
  if (rotation !== undefined && settings.certificates !== undefined) {
    every('CertificateSweep', 1, rotation, 'looks at the certificates that meshes use');
    new Rule(scope, 'CertificateNews', {
      description: 'Heddle: ACM has renewed or revoked a certificate, sees it ending or cannot renew it',
      eventPattern: { source: [settings.certificates.events], detailType: certificateNews },
      targets: [new LambdaFunction(rotation)],
    });
  }
  if (organization !== undefined) every('Organization', 1, organization, 'reads who is in the organization');
}
