// Which streams were appended to since a time, by the log's index of the latest: for whoever looks once in a while whether
// a hint was lost. The index lags behind the table, so the time should be well in the past.
import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { tailIndex, tailPartitions } from './dynamodb-commit.ts';
import { asked } from './dynamodb-failure.ts';

/** `time` in milliseconds since the epoch, by the clocks of those who appended. */
export async function streamsSince(client: DynamoDBClient, table: string, time: number): Promise<ReadonlySet<string>> {
  const partitions = Array.from({ length: tailPartitions }, (_, tail) =>
    Array.fromAsync(
      paginateQuery(
        { client },
        {
          TableName: table,
          IndexName: tailIndex,
          KeyConditionExpression: '#tail = :tail AND #appendedAt >= :since',
          ExpressionAttributeNames: { '#tail': tailIndex, '#appendedAt': 'appendedAt' },
          ExpressionAttributeValues: { ':tail': { N: String(tail) }, ':since': { N: String(time) } },
        },
      ),
    ),
  );
  const pages = (await asked(() => Promise.all(partitions))).flat();
  return new Set(pages.flatMap(({ Items = [] }) => Items.flatMap(({ stream }) => stream?.S ?? [])));
}
