// The log's consistent reads. A query is no snapshot of its table: page by page and even item by item it may see what was
// written after it began, so only the next version is ever taken for the next one, and a gap is read again.
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, QueryCommand, type QueryCommandInput, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Commit } from '#events/event.ts';
import { storeFailure } from '#events/store-failure.ts';
import { commitOf, type Item, tailIndex, versionOf } from './dynamodb-commit.ts';
import { asked } from './dynamodb-failure.ts';

/** How often a gap is read again before it counts as one: commits are missing from the table. */
const attempts = 5;
const pause = 20;

export interface LogReader {
  /** All streams, ordered: reads the whole index `tail`, which holds nothing but keys. */
  streams(): Promise<readonly string[]>;
  /** The commits from a version on, oldest first, at most `limit`; rejects when one is missing between others. */
  commits(stream: string, from: number, limit: number): Promise<readonly Commit[]>;
  /** The newest version, 0 when there is none. */
  newestVersion(stream: string): Promise<number>;
  /** The ids of the commits from a version to another, by version. */
  ids(stream: string, from: number, to: number): Promise<ReadonlyMap<number, string>>;
}

/** A part of a stream: `and` narrows the versions, `names` are the attributes that the expressions spell with a `#`. */
interface Part extends Pick<QueryCommandInput, 'ExclusiveStartKey' | 'Limit' | 'ProjectionExpression'> {
  readonly and?: string;
  readonly values?: Item;
  readonly names: readonly string[];
  readonly ScanIndexForward?: boolean;
}

interface Contiguous {
  readonly items: readonly Item[];
  /** The version that was not there while a later one was. */
  readonly gap?: number;
}

export function logReader(client: DynamoDBClient, table: string): LogReader {
  const query = (stream: string, { and = '', values, names, ...rest }: Part) =>
    asked(() =>
      client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: `#stream = :stream${and}`,
          ExpressionAttributeNames: Object.fromEntries(['stream', ...names].map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: { ':stream': { S: stream }, ...values },
          ...rest,
        }),
      ),
    );

  /** All items of a range that there are, at most `limit`, up to the first gap. */
  async function contiguous(stream: string, from: number, limit: number): Promise<Contiguous> {
    const items: Item[] = [];
    const part = { and: ' AND #version >= :from', names: ['version'], values: { ':from': number(from) } };
    let next: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await query(stream, {
        ...part,
        ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        ...(next && { ExclusiveStartKey: next }),
      });
      for (const item of Items) {
        if (versionOf(item) !== from + items.length) return { items, gap: from + items.length };
        items.push(item);
      }
      next = LastEvaluatedKey;
    } while (next !== undefined && items.length < limit);
    return { items };
  }

  async function streams(): Promise<readonly string[]> {
    const found = new Set<string>();
    let next: Item | undefined;
    do {
      const page = { TableName: table, IndexName: tailIndex, ...(next && { ExclusiveStartKey: next }) };
      const { Items = [], LastEvaluatedKey } = await asked(() => client.send(new ScanCommand(page)));
      for (const item of Items) if (item.stream?.S !== undefined) found.add(item.stream.S);
      next = LastEvaluatedKey;
    } while (next !== undefined);
    return [...found].sort();
  }

  return {
    streams,
    async commits(stream, from, limit) {
      if (limit <= 0) return [];
      const items: Item[] = [];
      for (let attempt = 1; ; attempt += 1) {
        const found = await contiguous(stream, from + items.length, limit - items.length);
        items.push(...found.items);
        if (found.gap === undefined) return Promise.all(items.map(commitOf));
        if (attempt === attempts) throw storeFailure(`commit ${found.gap} is missing in ${stream} before later ones`);
        await sleep(pause * attempt);
      }
    },
    async newestVersion(stream) {
      const part = { names: ['version'], ProjectionExpression: '#version', ScanIndexForward: false, Limit: 1 };
      const { Items: [newest] = [] } = await query(stream, part);
      return newest === undefined ? 0 : versionOf(newest);
    },
    async ids(stream, from, to) {
      const { Items = [] } = await query(stream, {
        and: ' AND #version BETWEEN :from AND :to',
        names: ['version', 'id'],
        values: { ':from': number(from), ':to': number(to) },
        ProjectionExpression: '#version, #id',
      });
      return new Map(Items.map((item) => [versionOf(item), item.id?.S ?? '']));
    },
  };
}

const number = (value: number) => ({ N: String(value) });
