// The log of a deployed function: JSON lines on standard output, from which CloudWatch reads metrics where a line holds
// the embedded metric format; never a secret.
import { destination, type Logger, pino } from 'pino';
import type { Decision } from '../authorize.ts';

export type Unit = 'Count' | 'Milliseconds';

/** Values of metrics by name, with their units. */
export type Metrics = Readonly<Record<string, readonly [value: number, unit: Unit]>>;

export interface FunctionLog {
  request(line: Readonly<Record<string, unknown>>, metrics: Metrics): void;
  authorization(decision: Decision): void;
  bug(error: unknown, requestId: string): void;
  trouble(what: string, trouble: unknown): void;
  metrics(metrics: Metrics): void;
}

/** The namespace of the metrics; the alarms name it too. */
const namespace = 'Heddle';

export const functionLogger = (level: string): Logger =>
  pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ dest: 1, sync: true }),
  );

/** `now` in milliseconds since the epoch. */
export function createFunctionLog(logger: Logger, name: string, now: () => number): FunctionLog {
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  const embedded = (metrics: Metrics) => ({
    _aws: {
      Timestamp: now(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [['Function']],
          Metrics: Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit })),
        },
      ],
    },
    Function: name,
    ...Object.fromEntries(Object.entries(metrics).map(([metric, [value]]) => [metric, value])),
  });
  return {
    request: (line, metrics) => logger.info({ ...line, ...embedded(metrics) }, 'request'),
    authorization: ({ caller, ...decision }) =>
      logger.info({ ...decision, accountId: caller.accountId, caller: caller.arn }, 'authorization'),
    bug: (error, requestId) => logger.error({ err: error, requestId }, 'unforeseen'),
    trouble: (what, trouble) =>
      logger.error(trouble instanceof Error ? { what, err: trouble } : { what, trouble }, 'trouble'),
    metrics: (metrics) => logger.info(embedded(metrics), 'metrics'),
  };
}
