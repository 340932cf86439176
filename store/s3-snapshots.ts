// Snapshots as objects in S3, named by stream, state schema, version and content; which there are, the newest first, stands
// in the views. An object is written before it is named there, so what is named can be read.
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoredSnapshot, ViewStore } from '#events/store.ts';
import type { Item } from './dynamodb-commit.ts';
import { asked, nameOfError } from './dynamodb-failure.ts';
import { type BadSnapshot, dispensable, packSnapshot, unpackSnapshot } from './snapshot.ts';

export interface SnapshotOptions {
  readonly client: DynamoDBClient;
  readonly s3: S3Client;
  /** The table of the views. */
  readonly table: string;
  readonly bucket: string;
  /** Told of each snapshot that was passed over because it is damaged. */
  readonly onBadSnapshot?: (bad: BadSnapshot) => void;
}

type Name = Omit<StoredSnapshot, 'state'>;

interface Named {
  readonly sequence: number;
  readonly digest: string;
}

export function s3Snapshots(
  options: SnapshotOptions,
): Pick<ViewStore, 'putSnapshot' | 'newestSnapshot' | 'dropSnapshots'> {
  const { client, s3, table, bucket, onBadSnapshot = () => {} } = options;

  async function names(stream: string, schema: number, part: Partial<QueryCommandInput>, atMost = most) {
    const query = new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#view = :view AND #key <= :key',
      ExpressionAttributeNames: { '#view': 'view', '#key': 'key' },
      ExpressionAttributeValues: { ':view': { S: viewOf(stream, schema) }, ':key': { S: sortKey(atMost) } },
      ScanIndexForward: false,
      ...part,
    });
    const { Items = [] } = await asked(() => client.send(query));
    return Items.map(namedBy);
  }

  async function removeObjects(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += together) {
      const Delete = { Objects: keys.slice(at, at + together).map((Key) => ({ Key })), Quiet: true };
      await asked(() => s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete })));
    }
  }

  /** First the names, so that no name is left without its object. */
  async function remove(stream: string, schema: number, gone: readonly Named[]): Promise<void> {
    for (const { sequence } of gone) {
      const Key = { view: { S: viewOf(stream, schema) }, key: { S: sortKey(sequence) } };
      await asked(() => client.send(new DeleteItemCommand({ TableName: table, Key })));
    }
    await removeObjects(gone.map(({ sequence, digest }) => objectKey({ stream, schema, sequence }, digest)));
  }

  async function fetch(name: Name, digest: string): Promise<StoredSnapshot | BadSnapshot> {
    const get = new GetObjectCommand({ Bucket: bucket, Key: objectKey(name, digest) });
    try {
      const body = await asked(async () => {
        const { Body } = await s3.send(get);
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      });
      return await unpackSnapshot(name, { body, digest });
    } catch (error) {
      if (nameOfError(error) === 'NoSuchKey') return { ...name, reason: 'its object is gone' };
      throw error;
    }
  }

  return {
    async putSnapshot(snapshot) {
      const { stream, schema, sequence } = snapshot;
      const { body, digest } = await packSnapshot(snapshot);
      const key = objectKey(snapshot, digest);
      const object = { Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', ContentEncoding: 'gzip' };
      await asked(() => s3.send(new PutObjectCommand(object)));
      const Item = {
        view: { S: viewOf(stream, schema) },
        key: { S: sortKey(sequence) },
        sequence: { N: `${sequence}` },
        digest: { S: digest },
      };
      const put = new PutItemCommand({ TableName: table, Item, ReturnValues: 'ALL_OLD' });
      const { Attributes: before } = await asked(() => client.send(put));
      const held = await names(stream, schema, {});
      const spare = dispensable(held.map((one) => one.sequence));
      await remove(
        stream,
        schema,
        held.filter((one) => spare.includes(one.sequence)),
      );
      const replaced = before && objectKey(snapshot, namedBy(before).digest);
      if (replaced !== undefined && replaced !== key) await removeObjects([replaced]);
    },
    async newestSnapshot(stream, schema, atMost = most) {
      for (let highest = atMost; highest > 0; ) {
        const [named] = await names(stream, schema, { Limit: 1 }, highest);
        if (named === undefined) return undefined;
        const found = await fetch({ stream, schema, sequence: named.sequence }, named.digest);
        if (!('reason' in found)) return found;
        onBadSnapshot(found);
        highest = named.sequence - 1;
      }
      return undefined;
    },
    async dropSnapshots(stream, schema, kept) {
      const held = await names(stream, schema, {});
      await remove(
        stream,
        schema,
        held.filter((one) => !kept.includes(one.sequence)),
      );
    },
  };
}

/** The most objects of one request (DeleteObjects). */
const together = 1_000;
const most = Number.MAX_SAFE_INTEGER;

/** Keys of views begin with another character: no view is called so. */
const viewOf = (stream: string, schema: number): string => `snapshots/${schema}/${stream}`;

/** Sorted as text as its number is. */
const sortKey = (sequence: number): string => String(Math.min(sequence, most)).padStart(16, '0');

const namedBy = (item: Item): Named => ({ sequence: Number(item.sequence?.N), digest: item.digest?.S ?? '' });

/** `DIGEST` in the name: to store another snapshot of the same version never spoils the one that is named. */
const objectKey = ({ stream, schema, sequence }: Name, digest: string): string =>
  `snapshots/${stream}/${schema}/${sortKey(sequence)}/${digest}.json.gz`;
