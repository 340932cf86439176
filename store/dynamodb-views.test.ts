// What no emulator of DynamoDB ever answers to the views: batches that are done in part, and throttling.
import { expect, test } from 'vitest';
import { type Answer, failing, type Sent, serviceError, stubClient } from '#test/store/stub-client.ts';
import { dynamodbEntries } from './dynamodb-views.ts';

const requestsIn = ({ input }: Sent): readonly object[] =>
  Object.values(input.RequestItems as Record<string, readonly object[]>).flat();

/** Does the first `many` of a batch. */
const inPart =
  (many: number): Answer =>
  (sent) => ({ UnprocessedItems: { views: requestsIn(sent).slice(many) } });

function entriesOn(BatchWriteItem: readonly Answer[]) {
  const { client, sent } = stubClient({ BatchWriteItem });
  const entries = dynamodbEntries({ client, table: 'views', now: () => 0, random: () => 0.01 });
  return { entries, sizes: () => sent.map((one) => requestsIn(one).length) };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `${index}`, value: index }));

test('what a batch left undone is tried again until all is done', async () => {
  const { entries, sizes } = entriesOn([inPart(10), inPart(14), () => ({}), () => ({ UnprocessedItems: {} })]);
  await entries.putAll('v', many(30));
  expect(sizes()).toEqual([25, 15, 1, 5]);
});

test('a batch that never gets done is a failure of a busy store', async () => {
  const { entries, sizes } = entriesOn([inPart(3), inPart(0)]);
  await expect(entries.deleteAll('v', ['a', 'b', 'c', 'd'])).rejects.toMatchObject({
    code: 'HEDDLE_STORE_FAILED',
    busy: true,
    message: '1 entries found no place in views',
  });
  expect(sizes()).toEqual([4, ...Array(8).fill(1)]);
});

test('a batch that is throttled as a whole is one too', async () => {
  const { entries } = entriesOn([failing(serviceError('ProvisionedThroughputExceededException'))]);
  await expect(entries.putAll('v', many(1))).rejects.toMatchObject({ code: 'HEDDLE_STORE_FAILED', busy: true });
});
