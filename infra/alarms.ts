// What somebody must look at. Each alarm names the part of the docs that says what it means and what to do.
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { apiFunctions, type Functions } from './functions.ts';
import type { Settings } from './settings.ts';

interface Watched {
  readonly id: string;
  /** The heading in docs/alarms.md. */
  readonly page: string;
  readonly metric: IMetric;
  /** Above this. */
  readonly above: number;
  /** Periods in a row. */
  readonly periods: number;
}

/** Metrics that the functions and streamers write into their logs. */
export const heddleMetric = (metricName: string, of: string, statistic: string, period = Duration.minutes(1)): Metric =>
  new Metric({ namespace: 'Heddle', metricName, dimensionsMap: { Function: of }, statistic, period });

/** Makes alarms, which tell the topic if there is one. */
export function alarms(scope: Construct, { alarmTopic, name }: Settings, watched: readonly Watched[]): void {
  const topic = alarmTopic === undefined ? undefined : Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopic);
  for (const { id, page, metric, above, periods } of watched) {
    const alarm = new Alarm(scope, id, {
      alarmName: `${name}-${id}`,
      alarmDescription: `docs/alarms.md#${page}`,
      metric,
      threshold: above,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topic === undefined) continue;
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
}

/** The alarms that stand beside the API: each on one metric. */
export function controlAlarms(
  scope: Construct,
  settings: Settings,
  { projector, organization, rotation, ...behindApi }: Functions,
): void {
  const five = Duration.minutes(5);
  alarms(scope, settings, [
    {
      id: 'stopped-streams',
      page: 'stopped-streams',
      metric: heddleMetric('StoppedStreams', 'projector', 'Maximum', five),
      above: 0,
      periods: 1,
    },
    {
      id: 'failed-projections',
      page: 'failed-projections',
      metric: heddleMetric('FailedProjections', 'projector', 'Sum', five),
      above: 10,
      periods: 2,
    },
    {
      id: 'projector-lag',
      page: 'projector-lag',
      metric: heddleMetric('ProjectorLag', 'projector', 'Maximum'),
      above: 60_000,
      periods: 5,
    },
    {
      id: 'projector-errors',
      page: 'failed-projections',
      metric: projector.metricErrors({ period: five }),
      above: 0,
      periods: 2,
    },
    ...(organization === undefined
      ? []
      : [
          {
            id: 'organization-errors',
            page: 'organization-not-read',
            metric: organization.metricErrors({ period: five }),
            above: 0,
            periods: 2,
          },
        ]),
    ...(rotation === undefined ? [] : certificateAlarms(rotation)),
    ...apiFunctions.flatMap((name) => [
      { id: `${name}-faults`, page: 'faults', metric: heddleMetric('Faults', name, 'Sum'), above: 5, periods: 2 },
      {
        id: `${name}-errors`,
        page: 'faults',
        metric: behindApi[name].metricErrors({ period: five }),
        above: 0,
        periods: 2,
      },
      {
        id: `${name}-throttles`,
        page: 'throttles',
        metric: behindApi[name].metricThrottles({ period: five }),
        above: 0,
        periods: 2,
      },
    ]),
  ]);
}

function certificateAlarms(rotation: Lambda): readonly Watched[] {
  const five = Duration.minutes(5);
  const most = (metric: string) => heddleMetric(metric, 'rotation', 'Maximum', five);
  return [
    {
      id: 'certificates-failing',
      page: 'certificates-failing',
      metric: most('CertificatesFailing'),
      above: 0,
      periods: 2,
    },
    {
      id: 'certificates-near-expiry',
      page: 'certificates-near-expiry',
      metric: most('CertificatesNearExpiry'),
      above: 0,
      periods: 2,
    },
    {
      id: 'certificates-unanswered',
      page: 'certificates-not-watched',
      metric: most('CertificatesUnanswered'),
      above: 0,
      periods: 3,
    },
    {
      id: 'rotation-errors',
      page: 'certificates-not-watched',
      metric: rotation.metricErrors({ period: five }),
      above: 0,
      periods: 2,
    },
  ];
}
