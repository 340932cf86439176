// The projector as a Lambda: on the stream of the log's table, and swept by a schedule every five minutes.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openDynamodb } from '#store/dynamodb.ts';
import { streamsSince } from '#store/dynamodb-recent.ts';
import { requestHandler } from '#store/request-handler.ts';
import { readEnvironment } from '../deployed/environment.ts';
import { createFunctionLog, functionLogger, type Metrics } from '../deployed/log.ts';
import { createProjection, type ProjectionMetrics } from './handler.ts';
import { createProjector } from './project.ts';

const now = Date.now;
const { store, logLevel } = readEnvironment(process.env);
const log = createFunctionLog(functionLogger(logLevel), 'projector', now);
const client = new DynamoDBClient({ requestHandler });
const { events, views } = openDynamodb({
  ...store,
  now,
  onBadSnapshot: ({ stream, sequence, reason }) => log.trouble(`snapshot ${sequence} of ${stream}`, reason),
});

const metricsOf = ({ lag, stopped, failed }: ProjectionMetrics): Metrics => ({
  ...(lag !== undefined && { ProjectorLag: [lag, 'Milliseconds'] as const }),
  StoppedStreams: [stopped, 'Count'],
  FailedProjections: [failed, 'Count'],
});

/** Commits between two snapshots of a stream, where it is said. */
function everyOf(text = ''): { readonly every?: number } {
  if (text === '') return {};
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`HEDDLE_SNAPSHOT_EVERY: '${text}' is not a whole number from 1 on`);
  return { every: Number(text) };
}

export const handler = createProjection({
  events,
  views,
  projector: createProjector({ events, views, ...everyOf(process.env.HEDDLE_SNAPSHOT_EVERY) }),
  now,
  streamsSince: (time) => streamsSince(client, store.logTable, time),
  onTrouble: log.trouble,
  onMetrics: (metrics) => log.metrics(metricsOf(metrics)),
});
