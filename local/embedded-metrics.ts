// The streamer's metrics for CloudWatch, once a minute as a line of the log in the embedded metric format: what the deployed
// service is scaled by and what its alarms watch. Prometheus reads the same, and more, from the admin address.
import type { Streamer } from '#streamer/main.ts';

const minute = 60_000;

/** Metrics that only grow: what they grew by is told. */
const counters = {
  heddle_nacks_total: 'Nacks',
  heddle_streams_refused_total: 'RefusedStreams',
  heddle_registry_calls_total: 'RegistryCalls',
} as const;
const gauges = {
  heddle_streams: 'Streams',
  heddle_lost_dependencies: 'LostDependencies',
  heddle_certificates: 'CertificatesInUse',
  heddle_certificates_near_expiry: 'CertificatesNearExpiry',
  heddle_certificates_failing: 'CertificatesFailing',
} as const;

type Source = Pick<Streamer, 'metrics' | 'propagations'>;

/** Gives the metrics at a moment (milliseconds since the epoch) as one JSON document. */
export function embeddedMetrics({ metrics, propagations }: Source): (now: number) => Promise<object> {
  const before = new Map<string, number>();

  return async (now) => {
    const sums = new Map<string, number>();
    for (const { name, values } of await metrics.getMetricsAsJSON()) {
      sums.set(
        name,
        values.reduce((sum, { value }) => sum + value, 0),
      );
    }
    const values: Record<string, number | readonly number[]> = {};
    for (const [name, metric] of Object.entries(gauges)) values[metric] = sums.get(name) ?? 0;
    for (const [name, metric] of Object.entries(counters)) {
      const sum = sums.get(name) ?? 0;
      values[metric] = sum - (before.get(name) ?? 0);
      before.set(name, sum);
    }
    const delays = propagations();
    if (delays.length > 0) values.PropagationDelay = delays;
    const unit = (name: string) => (name === 'PropagationDelay' ? 'Milliseconds' : 'Count');
    const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: unit(Name) }));
    return {
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [{ Namespace: 'Heddle', Dimensions: [['Function']], Metrics }],
      },
      Function: 'streamer',
      ...values,
    };
  };
}

/** Writes them on standard output until it is ended. */
export function writeMetrics(source: Source): { close(): void } {
  const read = embeddedMetrics(source);
  const write = async () => void process.stdout.write(`${JSON.stringify(await read(Date.now()))}\n`);
  const timer = setInterval(() => void write(), minute).unref();
  return { close: () => clearInterval(timer) };
}
