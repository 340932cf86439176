// The contract of the log and of the views, held by DynamoDB and S3 on an emulator of them.
import { BatchWriteItemCommand, DynamoDBClient, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDynamodb } from '#store/dynamodb.ts';
import { eventStoreSuite } from '#test/suites/store.ts';
import { viewStoreSuite } from '#test/suites/views.ts';
import { type Emulator, emulatorAvailable, startEmulator } from './emulator.ts';
import { freshPlaces, makeBucket, makeLogTable, makeViewsTable, removeTable } from './tables.ts';

describe.skipIf(!(await emulatorAvailable()))('on AWS', () => {
  let emulator: Emulator;
  let client: DynamoDBClient;
  let s3: S3Client;
  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.adopt();
    client = new DynamoDBClient();
    s3 = new S3Client({ forcePathStyle: true });
  });
  afterAll(async () => {
    client.destroy();
    s3.destroy();
    await emulator.stop();
  });

  eventStoreSuite('DynamoDB', async () => {
    const places = freshPlaces();
    const { logTable } = places;
    await makeLogTable(client, logTable);
    return {
      async open() {
        const { events, views } = openDynamodb({ ...places, now: Date.now });
        await views.close();
        return events;
      },
      async backup() {
        const pages = await Array.fromAsync(paginateScan({ client }, { TableName: logTable, ConsistentRead: true }));
        const puts = pages.flatMap(({ Items = [] }) => Items).map((Item) => ({ PutRequest: { Item } }));
        return async () => {
          await removeTable(client, logTable);
          await makeLogTable(client, logTable);
          if (puts.length > 0) await client.send(new BatchWriteItemCommand({ RequestItems: { [logTable]: puts } }));
        };
      },
      remove: () => removeTable(client, logTable),
    };
  });

  viewStoreSuite('DynamoDB and S3', async () => {
    const places = freshPlaces();
    const { viewsTable, bucket } = places;
    await Promise.all([makeViewsTable(client, viewsTable), makeBucket(s3, bucket)]);
    return {
      async open(now) {
        const { events, views } = openDynamodb({ ...places, now });
        await events.close();
        return views;
      },
      async damage(stream, sequence, what) {
        const sort = String(sequence).padStart(16, '0');
        if (what === 'digest') {
          await client.send(
            new UpdateItemCommand({
              TableName: viewsTable,
              Key: { view: { S: `snapshots/1/${stream}` }, key: { S: sort } },
              UpdateExpression: 'SET digest = :digest',
              ExpressionAttributeValues: { ':digest': { S: 'of something else' } },
            }),
          );
          return;
        }
        const Prefix = `snapshots/${stream}/1/${sort}/`;
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
        for (const { Key } of Contents)
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(20) }));
      },
      remove: () => removeTable(client, viewsTable),
    };
  });
});
