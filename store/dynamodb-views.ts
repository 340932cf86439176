// The views in DynamoDB: an entry is an item, found by view and key. Expired ones are hidden at once and deleted by the
// table's time-to-live, which may take days.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { ViewEntry, ViewStore } from '#events/store.ts';
import { storeFailure } from '#events/store-failure.ts';
import type { Item } from './dynamodb-commit.ts';
import { asked } from './dynamodb-failure.ts';
import { fullJitter } from './full-jitter.ts';
import { packText, unpackText } from './packed-text.ts';
import { valueText } from './value-text.ts';

export interface DynamodbViewOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export type Entries = Omit<ViewStore, 'putSnapshot' | 'newestSnapshot' | 'dropSnapshots' | 'close'>;

/** The most that one batch may write (BatchWriteItem). */
const together = 25;
/** How often what a batch left undone is tried again. */
const attempts = 8;
const backoff = { first: 50, most: 1_000 };

export function dynamodbEntries({ client, table, now, random = Math.random }: DynamodbViewOptions): Entries {
  const keyOf = (view: string, key: string): Item => ({ view: { S: view }, key: { S: sortKey(key) } });
  const alive = (entry: ViewEntry): boolean => entry.expiresAt === undefined || entry.expiresAt > now();

  async function itemOf(view: string, entry: ViewEntry): Promise<Item> {
    const { key, expiresAt } = entry;
    const item: Item = { ...keyOf(view, key), value: await packText(valueText(view, entry)) };
    if (expiresAt === undefined) return item;
    return { ...item, expiresAt: { N: `${expiresAt}` }, ttl: { N: ttlOf(expiresAt) } };
  }

  async function write(requests: readonly WriteRequest[]): Promise<void> {
    for (let at = 0; at < requests.length; at += together) {
      let left = requests.slice(at, at + together);
      for (let round = 0; ; round += 1) {
        const RequestItems = { [table]: left };
        const { UnprocessedItems } = await asked(() => client.send(new BatchWriteItemCommand({ RequestItems })));
        left = UnprocessedItems?.[table] ?? [];
        if (left.length === 0) break;
        if (round === attempts) throw storeFailure(`${left.length} entries found no place in ${table}`, true);
        await sleep(fullJitter(round, backoff, random()));
      }
    }
  }

  async function page(view: string, prefix: string, next: Item | undefined) {
    return asked(() =>
      client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#view = :view AND begins_with(#key, :prefix)',
          ExpressionAttributeNames: { '#view': 'view', '#key': 'key' },
          ExpressionAttributeValues: { ':view': { S: view }, ':prefix': { S: sortKey(prefix) } },
          ...(next && { ExclusiveStartKey: next }),
        }),
      ),
    );
  }

  return {
    async put(view, entry) {
      const Item = await itemOf(view, entry);
      await asked(() => client.send(new PutItemCommand({ TableName: table, Item })));
    },
    async putAll(view, entries) {
      const items = await Promise.all(entries.map((entry) => itemOf(view, entry)));
      await write(items.map((Item) => ({ PutRequest: { Item } })));
    },
    async putIfAbsent(view, entry) {
      const put = new PutItemCommand({
        TableName: table,
        Item: await itemOf(view, entry),
        ConditionExpression: 'attribute_not_exists(#key) OR #expiresAt <= :now',
        ExpressionAttributeNames: { '#key': 'key', '#expiresAt': 'expiresAt' },
        ExpressionAttributeValues: { ':now': { N: `${now()}` } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await asked(() => client.send(put));
        return entryAsKept(view, entry);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item) return entryOf(error.Item);
        throw error;
      }
    },
    async putUnlessLater(view, entry) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...(await itemOf(view, entry)), sequence: { N: `${entry.value.sequence}` } },
        ConditionExpression: 'attribute_not_exists(#sequence) OR #sequence <= :sequence',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':sequence': { N: `${entry.value.sequence}` } },
      });
      try {
        await asked(() => client.send(put));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async get(view, key) {
      const get = new GetItemCommand({ TableName: table, Key: keyOf(view, key), ConsistentRead: true });
      const { Item } = await asked(() => client.send(get));
      const entry = Item && (await entryOf(Item));
      return entry && alive(entry) ? entry : undefined;
    },
    async list(view, prefix = '') {
      const entries: ViewEntry[] = [];
      let next: Item | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await page(view, prefix, next);
        entries.push(...(await Promise.all(Items.map(entryOf))).filter(alive));
        next = LastEvaluatedKey;
      } while (next !== undefined);
      return entries;
    },
    async delete(view, key) {
      await asked(() => client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(view, key) })));
    },
    async deleteAll(view, keys) {
      await write(keys.map((key) => ({ DeleteRequest: { Key: keyOf(view, key) } })));
    },
  };
}

/** A key may be empty, a sort key may not. */
const sortKey = (key: string): string => `=${key}`;

/** Time-to-live is told in seconds: the entry is not deleted before it has expired. */
const ttlOf = (expiresAt: number): string => `${Math.ceil(expiresAt / 1000)}`;

/** The entry as it will be read, free of what the caller may do to it. */
function entryAsKept(view: string, entry: ViewEntry): ViewEntry {
  const { key, expiresAt } = entry;
  const value: unknown = JSON.parse(valueText(view, entry));
  return expiresAt === undefined ? { key, value } : { key, value, expiresAt };
}

async function entryOf(item: Item): Promise<ViewEntry> {
  const entry = { key: (item.key?.S ?? '').slice(1), value: JSON.parse(await unpackText(item.value)) as unknown };
  return item.expiresAt?.N === undefined ? entry : { ...entry, expiresAt: Number(item.expiresAt.N) };
}
