// Who has appended lately, in whichever process: the index `tail` is asked for the last seconds, again and again, while
// anything is followed. It lags behind the table and its writers' clocks differ, so what it shows is a hint.
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { isStoreFailure, type StoreFailure, storeFailure } from '#events/store-failure.ts';
import { type Item, tailIndex, tailPartitions, versionOf } from './dynamodb-commit.ts';
import { asked } from './dynamodb-failure.ts';
import { fullJitter } from './full-jitter.ts';

export interface DynamodbTailOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly now: () => number;
  readonly random: () => number;
}

export interface DynamodbTail {
  /** `found` gets the streams that moved on; `trouble` each failure, and `undefined` when it is well again. */
  watch(found: (streams: readonly string[]) => void, trouble: (failure: StoreFailure | undefined) => void): void;
  rest(): void;
  /** Commits of this process, which was told of them already. */
  told(commits: readonly { readonly stream: string; readonly version: number }[]): void;
}

/** Milliseconds: between two looks; how far a look goes back; the pauses after failures, on top of the usual one. */
const lookEvery = 250;
const lookBack = 10_000;
const backoff = { first: 250, most: 5_000 };

interface Seen {
  readonly version: number;
  readonly at: number;
}

export function dynamodbTail({ client, table, now, random }: DynamodbTailOptions): DynamodbTail {
  /** By stream, the newest version told of. */
  const seen = new Map<string, Seen>();
  let watching = {};
  let timer: NodeJS.Timeout | undefined;

  async function partition(tail: number, since: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let next: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await asked(() =>
        client.send(
          new QueryCommand({
            TableName: table,
            IndexName: tailIndex,
            KeyConditionExpression: '#tail = :tail AND #appendedAt >= :since',
            ExpressionAttributeNames: { '#tail': tailIndex, '#appendedAt': 'appendedAt' },
            ExpressionAttributeValues: { ':tail': { N: String(tail) }, ':since': { N: String(since) } },
            ...(next && { ExclusiveStartKey: next }),
          }),
        ),
      );
      items.push(...Items);
      next = LastEvaluatedKey;
    } while (next !== undefined);
    return items;
  }

  function note(stream: string, version: number, at: number): boolean {
    if ((seen.get(stream)?.version ?? 0) >= version) return false;
    seen.set(stream, { version, at });
    return true;
  }

  /** The streams that have moved since they were last told of. */
  async function look(since: number): Promise<readonly string[]> {
    const partitions = Array.from({ length: tailPartitions }, (_, tail) => partition(tail, since));
    const items = (await Promise.all(partitions)).flat();
    const moved = items.filter((item) => note(item.stream?.S ?? '', versionOf(item), Number(item.appendedAt?.N)));
    for (const [stream, { at }] of seen) if (at < since) seen.delete(stream);
    return [...new Set(moved.map((item) => item.stream?.S ?? ''))];
  }

  return {
    watch(found, trouble) {
      const own = {};
      watching = own;
      let since = now() - lookBack;
      let failures = 0;
      const again = () => {
        const pause = failures === 0 ? 0 : fullJitter(failures - 1, backoff, random());
        timer = setTimeout(step, lookEvery + pause).unref();
      };
      const step = async () => {
        const started = now();
        try {
          const moved = await look(since);
          if (watching !== own) return;
          since = started - lookBack;
          if (failures > 0) trouble(undefined);
          failures = 0;
          found(moved);
        } catch (error) {
          if (watching !== own) return;
          // What was appended meanwhile is found by the next look that succeeds: it goes back to the last that did.
          failures += 1;
          trouble(isStoreFailure(error) ? error : storeFailure(error));
        }
        again();
      };
      again();
    },
    rest() {
      watching = {};
      clearTimeout(timer);
      timer = undefined;
      seen.clear();
    },
    told(commits) {
      if (timer === undefined) return;
      for (const { stream, version } of commits) note(stream, version, now());
    },
  };
}
