// What one looks at: a dashboard of the whole deployment, and the alarms on the streamers. Deployed last, removed first.
import { type App, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { alarms, heddleMetric } from './alarms.ts';
import type { Control } from './control.ts';
import { apiFunctions } from './functions.ts';
import type { Settings } from './settings.ts';
import type { Streamers } from './streamer.ts';

export interface OperationsParts {
  readonly settings: Settings;
  readonly control: Control;
  readonly streamers: Streamers | undefined;
}

const five = Duration.minutes(5);
const rotation = (metric: string) => heddleMetric(metric, 'rotation', 'Maximum', five);
const streamer = (metric: string, statistic: string) => heddleMetric(metric, 'streamer', statistic, five);

export function operationsStack(app: App, { settings, control, streamers }: OperationsParts, props: StackProps): void {
  const { name } = settings;
  const stack = new Stack(app, `${name}-operations`, { ...props, description: 'Heddle: dashboard and alarms' });
  const { storage, functions } = control;
  const graph = (title: string, left: readonly IMetric[]) => new GraphWidget({ title, left: [...left], width: 8 });
  const each = (metric: string, statistic: string) =>
    apiFunctions.map((job) => heddleMetric(metric, job, statistic, five));
  new Dashboard(stack, 'Dashboard', {
    dashboardName: name,
    widgets: [
      [
        graph('Calls: duration, p99 (ms)', each('Duration', 'p99')),
        graph('Calls: faults', each('Faults', 'Sum')),
        graph('Calls: refused as too many', each('Throttled', 'Sum')),
      ],
      [
        graph('Projector: lag (ms)', [heddleMetric('ProjectorLag', 'projector', 'Maximum', five)]),
        graph('Projector: stopped streams', [heddleMetric('StoppedStreams', 'projector', 'Maximum', five)]),
        graph('Log: units used', [
          storage.log.metricConsumedReadCapacityUnits({ period: five }),
          storage.log.metricConsumedWriteCapacityUnits({ period: five }),
        ]),
      ],
      ...(functions.rotation === undefined
        ? []
        : [
            [
              graph('Certificates in use, those of connected Envoys', [
                rotation('CertificatesInUse'),
                streamer('CertificatesInUse', 'Maximum'),
              ]),
              graph('Certificates: failing, for streamers too', [
                rotation('CertificatesFailing'),
                streamer('CertificatesFailing', 'Maximum'),
              ]),
              graph('Certificates: near expiry, looks not answered', [
                rotation('CertificatesNearExpiry'),
                rotation('CertificatesUnanswered'),
              ]),
            ],
          ]),
      ...(streamers === undefined
        ? []
        : [
            [
              graph('Propagation: p50 and p99 (ms)', [
                streamer('PropagationDelay', 'p50'),
                streamer('PropagationDelay', 'p99'),
              ]),
              graph('Streams of a task: mean and most', [
                streamer('Streams', 'Average'),
                streamer('Streams', 'Maximum'),
              ]),
              graph('Refusals by Envoys, streams refused', [
                streamer('Nacks', 'Sum'),
                streamer('RefusedStreams', 'Sum'),
              ]),
            ],
            [graph('Calls of Cloud Map', [streamer('RegistryCalls', 'Sum')])],
          ]),
    ],
  });
  const calls = functions.api.metricInvocations({ period: five });
  const faults = heddleMetric('Faults', 'api', 'Sum', five);
  alarms(stack, settings, [
    {
      id: 'fault-rate',
      page: 'faults',
      metric: new MathExpression({ expression: '100 * faults / calls', usingMetrics: { faults, calls }, period: five }),
      above: 1,
      periods: 3,
    },
    ...(streamers === undefined
      ? []
      : [
          {
            id: 'propagation-delay',
            page: 'propagation-delay',
            metric: streamer('PropagationDelay', 'p99'),
            above: 1_000,
            periods: 3,
          },
          { id: 'nacks', page: 'nacks', metric: streamer('Nacks', 'Sum'), above: 0, periods: 1 },
          {
            id: 'refused-streams',
            page: 'refused-streams',
            metric: streamer('RefusedStreams', 'Sum'),
            above: 50,
            periods: 2,
          },
          {
            id: 'streamer-certificates',
            page: 'certificates-failing',
            metric: streamer('CertificatesFailing', 'Maximum'),
            above: 0,
            periods: 2,
          },
          {
            id: 'lost-dependencies',
            page: 'lost-dependencies',
            metric: streamer('LostDependencies', 'Maximum'),
            above: 0,
            periods: 2,
          },
          {
            id: 'streamer-cpu',
            page: 'streamer-cpu',
            metric: streamers.service.metricCpuUtilization({ period: five }),
            above: 85,
            periods: 3,
          },
        ]),
  ]);
}
