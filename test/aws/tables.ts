// The tables and the bucket of a store of its own for a test, as the deployment makes them.
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { DynamodbPlaces } from '#store/dynamodb.ts';

const patience = { maxWaitTime: 60, minDelay: 0.1, maxDelay: 1 };

const logTable = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'stream', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
    { AttributeName: 'tail', AttributeType: 'N' },
    { AttributeName: 'appendedAt', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'stream', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'tail',
      KeySchema: [
        { AttributeName: 'tail', KeyType: 'HASH' },
        { AttributeName: 'appendedAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
});

const viewsTable = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'view', AttributeType: 'S' },
    { AttributeName: 'key', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'view', KeyType: 'HASH' },
    { AttributeName: 'key', KeyType: 'RANGE' },
  ],
});

export const freshPlaces = (name = `heddle-${randomUUID()}`): DynamodbPlaces => ({
  logTable: name,
  viewsTable: `${name}-views`,
  bucket: `${name}-snapshots`,
});

export async function makeLogTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand(logTable(name)));
  await waitUntilTableExists({ client, ...patience }, { TableName: name });
}

export async function makeViewsTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand(viewsTable(name)));
  await waitUntilTableExists({ client, ...patience }, { TableName: name });
}

export async function removeTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: name }));
  await waitUntilTableNotExists({ client, ...patience }, { TableName: name });
}

export async function makeBucket(s3: S3Client, name: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: name }));
}

/** All that a store needs, on the endpoint that the environment names. */
export async function makePlaces(): Promise<DynamodbPlaces> {
  const places = freshPlaces();
  const client = new DynamoDBClient();
  const s3 = new S3Client({ forcePathStyle: true });
  await Promise.all([
    makeLogTable(client, places.logTable),
    makeViewsTable(client, places.viewsTable),
    makeBucket(s3, places.bucket),
  ]);
  client.destroy();
  s3.destroy();
  return places;
}
