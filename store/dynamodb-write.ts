// One attempt to write commits, all or nothing: a conditional put for one, a transaction for several. Tells apart why
// nothing was written, because a lost race, a conflict and throttling each ask for something else.
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { isStoreFailure } from '#events/store-failure.ts';
import { type CommitText, commitItem, type Item } from './dynamodb-commit.ts';
import { asked, nameOfError } from './dynamodb-failure.ts';

export type Written =
  | { readonly done: 'written' }
  /** All of them stand there under our own ids: an earlier attempt had come through. */
  | { readonly done: 'alreadyWritten' }
  /** Something stands where one of them should. */
  | { readonly done: 'taken' }
  /** Another write was at the same place, or there were too many at once: nothing was written, it may be tried again. */
  | { readonly done: 'busy'; readonly cause: unknown };

/** The reasons of a cancelled transaction after which it may be tried again as it is. */
const passing = new Set(['ProvisionedThroughputExceeded', 'ThrottlingError', 'TransactionConflict']);

/** Rejects with a StoreFailure when it is not known what became of it. */
export async function writeCommits(
  client: DynamoDBClient,
  table: string,
  commits: readonly CommitText[],
  now: number,
): Promise<Written> {
  const puts = await Promise.all(
    commits.map(async (commit) => ({
      TableName: table,
      Item: await commitItem(commit, now),
      ConditionExpression: 'attribute_not_exists(#stream)',
      ExpressionAttributeNames: { '#stream': 'stream' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    })),
  );
  const [put] = puts;
  if (put === undefined) throw new Error('a write without a commit');
  try {
    if (puts.length === 1) await asked(() => client.send(new PutItemCommand(put)));
    else {
      const TransactItems = puts.map((Put) => ({ Put }));
      await asked(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
    }
    return { done: 'written' };
  } catch (error) {
    return whyNot(error, commits);
  }
}

function whyNot(error: unknown, commits: readonly CommitText[]): Written {
  if (error instanceof ConditionalCheckFailedException) return taken([error.Item], commits);
  if (error instanceof TransactionCanceledException) return cancelled(error, error.CancellationReasons ?? [], commits);
  const name = nameOfError(error);
  if (name === 'TransactionConflictException' || name === 'TransactionInProgressException') {
    return { done: 'busy', cause: error };
  }
  if (isStoreFailure(error) && error.busy) return { done: 'busy', cause: error.cause };
  throw error;
}

function cancelled(error: Error, reasons: readonly CancellationReason[], commits: readonly CommitText[]): Written {
  const told = reasons.filter(({ Code }) => Code !== undefined && Code !== 'None');
  if (told.some(({ Code }) => Code === 'ConditionalCheckFailed')) return taken(commitsOf(reasons), commits);
  // A cancellation without a reason is the service's trouble; any other reason is a mistake in the request.
  if (told.every(({ Code = '' }) => passing.has(Code))) return { done: 'busy', cause: error };
  throw error;
}

const commitsOf = (reasons: readonly CancellationReason[]): readonly (Item | undefined)[] =>
  reasons.map(({ Item }) => Item);

function taken(there: readonly (Item | undefined)[], commits: readonly CommitText[]): Written {
  const ours = commits.every(({ id }, index) => there[index]?.id?.S === id);
  return { done: ours ? 'alreadyWritten' : 'taken' };
}
