// What no emulator of DynamoDB ever answers to the log: conflicts, throttling, answers that got lost, torn reads.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isStoreFailure } from '#events/store-failure.ts';
import { sampleCommit } from '#test/store/sample-commit.ts';
import { type Answer, cancelled, conditionFailed, failing, serviceError, stubClient } from '#test/store/stub-client.ts';
import { commitItem, commitText } from './dynamodb-commit.ts';
import { dynamodbLog } from './dynamodb-log.ts';

const a = 'mesh/000000000000/a';
const b = 'mesh/000000000000/b';
const done: Answer = () => ({});
const conflict = serviceError('TransactionConflictException');
const throttled = serviceError('ThrottlingException');

/** A log on a table that holds nothing, unless `Query` is answered otherwise. */
function logOn(answers: Readonly<Record<string, readonly Answer[]>>, patience = 2_000) {
  const { client, sent } = stubClient({ Query: [() => ({ Items: [] })], ...answers });
  const log = dynamodbLog({ client, table: 'log', now: Date.now, random: () => 0.01, patience });
  const count = (name: string) => sent.filter((one) => one.name === name).length;
  return { log, sent, count };
}

const page =
  (...versions: readonly number[]): Answer =>
  async () => ({
    Items: await Promise.all(versions.map((version) => commitItem(commitText(sampleCommit(a, version)), 0))),
  });

const two = [sampleCommit(a, 1, { id: 'x' }), sampleCommit(b, 1, { id: 'x' })];

describe('one commit', () => {
  test.each([
    { what: 'conflicts with another write', error: conflict },
    { what: 'is throttled', error: throttled },
    { what: 'exceeds what the table takes', error: serviceError('ProvisionedThroughputExceededException') },
    { what: 'exceeds what the account takes', error: serviceError('RequestLimitExceeded') },
  ])('that $what is tried again', async ({ error }) => {
    const { log, count } = logOn({ PutItem: [failing(error), failing(error), done] });
    expect(await log.append([sampleCommit(a, 1)])).toEqual({ ok: true });
    expect(count('PutItem')).toBe(3);
  });

  test.each([conflict, throttled])('that meets %s for too long fails as of a busy store', async (error) => {
    const { log } = logOn({ PutItem: [failing(error)] }, 30);
    const failure = await log.append([sampleCommit(a, 1)]).catch((caught: unknown) => caught);
    expect(isStoreFailure(failure) && failure).toMatchObject({ busy: true, cause: error });
  });

  test('that another has written meanwhile, during a conflict, has lost', async () => {
    const there = { stream: { S: a }, version: { N: '1' }, id: { S: 'theirs' } };
    const { log, count } = logOn({
      Query: [() => ({ Items: [] }), () => ({ Items: [there] })],
      PutItem: [failing(conflict)],
    });
    const lost = { stream: a, expected: 0, current: 1 };
    expect(await log.append([sampleCommit(a, 1, { id: 'ours' })])).toEqual({ ok: false, lost });
    expect(count('PutItem')).toBe(1);
  });

  test('whose first answer got lost is recognised by what the condition gives back', async () => {
    const { log, count } = logOn({ PutItem: [failing(conditionFailed('ours'))] });
    expect(await log.append([sampleCommit(a, 1, { id: 'ours' })])).toEqual({ ok: true });
    // Nothing is read for it, and the next one knows where it stands.
    expect(count('Query')).toBe(1);
  });

  test('of which nobody knows what became of it fails, and is looked for before the next', async () => {
    const { log, count } = logOn({ PutItem: [failing(serviceError('InternalServerError')), done] });
    const failure = await log.append([sampleCommit(a, 1)]).catch((caught: unknown) => caught);
    expect(isStoreFailure(failure) && failure).toMatchObject({ busy: false });
    const looks = count('Query');
    expect(await log.append([sampleCommit(a, 1)])).toEqual({ ok: true });
    expect(count('Query')).toBeGreaterThan(looks);
  });

  test('that is a mistake of ours is a bug', async () => {
    const { log } = logOn({ PutItem: [failing(serviceError('ValidationException', 'Item size has exceeded'))] });
    const bug = await log.append([sampleCommit(a, 1)]).catch((caught: unknown) => caught);
    expect(isStoreFailure(bug)).toBe(false);
    expect(bug).toMatchObject({ message: 'Item size has exceeded' });
  });

  test('right behind one of our own is written without a look', async () => {
    const { log, count } = logOn({ PutItem: [done] });
    await log.append([sampleCommit(a, 1)]);
    await log.append([sampleCommit(a, 2)]);
    await log.append([sampleCommit(a, 3)], new Map([[a, `${a}@2`]]));
    expect(count('Query')).toBe(1);
    expect(count('PutItem')).toBe(3);
  });
});

describe('a transaction', () => {
  const none = { Code: 'None' };

  test.each([
    { reasons: [none, { Code: 'TransactionConflict' }] },
    { reasons: [{ Code: 'ThrottlingError' }, none] },
    { reasons: [{ Code: 'ProvisionedThroughputExceeded' }, { Code: 'TransactionConflict' }] },
    { reasons: [] },
  ])('cancelled for $reasons is tried again', async ({ reasons }) => {
    const { log, count } = logOn({ TransactWriteItems: [failing(cancelled(...reasons)), done] });
    expect(await log.append(two)).toEqual({ ok: true });
    expect(count('TransactWriteItems')).toBe(2);
  });

  test('that is still on its way is waited for', async () => {
    const error = serviceError('TransactionInProgressException');
    const { log } = logOn({ TransactWriteItems: [failing(error), done] });
    expect(await log.append(two)).toEqual({ ok: true });
  });

  test('whose conditions fail because all of it stands there is our own', async () => {
    const ours = { Code: 'ConditionalCheckFailed', id: 'x' };
    const { log } = logOn({ TransactWriteItems: [failing(cancelled(ours, ours))] });
    expect(await log.append(two)).toEqual({ ok: true });
  });

  test('of which a part stands there has lost, whatever else is the matter with it', async () => {
    const there = { stream: { S: a }, version: { N: '1' }, id: { S: 'x' } };
    const looked = (sent: { input: Readonly<Record<string, unknown>> }) =>
      JSON.stringify(sent.input).includes(`{"S":"${a}"}`) ? { Items: [there] } : { Items: [] };
    const reasons = [{ Code: 'ConditionalCheckFailed', id: 'x' }, { Code: 'TransactionConflict' }];
    const { log, count } = logOn({
      Query: [() => ({ Items: [] }), () => ({ Items: [] }), looked],
      TransactWriteItems: [failing(cancelled(...reasons))],
    });
    expect(await log.append(two)).toEqual({ ok: false, lost: { stream: a, expected: 0, current: 1 } });
    expect(count('TransactWriteItems')).toBe(1);
  });

  test('cancelled for a mistake of ours is a bug', async () => {
    const { log } = logOn({ TransactWriteItems: [failing(cancelled(none, { Code: 'ValidationError' }))] });
    const bug = await log.append(two).catch((caught: unknown) => caught);
    expect(isStoreFailure(bug)).toBe(false);
  });
});

describe('a read', () => {
  test('that sees a later commit and not the one before is made again from there', async () => {
    const { log, sent } = logOn({ Query: [page(1, 2, 4), page(3, 4)] });
    expect((await log.read(a, 1)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(sent[1]?.input.ExpressionAttributeValues).toMatchObject({ ':from': { N: '3' } });
  });

  test('in a log that lacks a commit fails, and says which', async () => {
    const { log } = logOn({ Query: [page(1, 3), page(3)] });
    await expect(log.read(a, 1)).rejects.toThrow(`commit 2 is missing in ${a}`);
  });

  test('goes on page by page, consistently, to the limit', async () => {
    const next: Answer = async (sent) => ({ ...(await page(1, 2)(sent)), LastEvaluatedKey: { stream: { S: a } } });
    const { log, sent } = logOn({ Query: [next, page(3)] });
    expect(await log.read(a, 1, 3)).toHaveLength(3);
    expect(sent.map(({ input }) => [input.ConsistentRead, input.Limit])).toEqual([
      [true, 3],
      [true, 1],
    ]);
  });

  test('that is throttled fails as of a busy store', async () => {
    const { log } = logOn({ Query: [failing(throttled)] });
    await expect(log.read(a, 1)).rejects.toMatchObject({ code: 'HEDDLE_STORE_FAILED', busy: true });
  });

  test('that shows another past makes the next append look again', async () => {
    const { log, count } = logOn({ Query: [page(1, 2, 3), page(1, 2), page(2)], PutItem: [done] });
    await log.read(a, 1);
    // The table was restored to an earlier point.
    await log.read(a, 1);
    await log.append([sampleCommit(a, 3)]);
    expect(count('Query')).toBeGreaterThan(2);
    expect(count('PutItem')).toBe(1);
  });
});

describe('the tail', () => {
  afterEach(() => void vi.useRealTimers());

  /** How many queries a minute are made, when they succeed or fail. */
  async function queriesInAMinute(answer: Answer, random: number): Promise<number> {
    vi.useFakeTimers();
    const { client, sent } = stubClient({ Query: [answer] });
    const log = dynamodbLog({ client, table: 'log', now: Date.now, random: () => random });
    log.follow(() => {}).add(a);
    await vi.advanceTimersByTimeAsync(60_000);
    await log.close();
    return sent.length;
  }

  test('costs four queries every 250 ms', async () => {
    expect(await queriesInAMinute(() => ({ Items: [] }), 0.5)).toBe(4 * 240);
  });

  test('is asked less and less while it fails, but never less than once in five seconds and a quarter', async () => {
    const away = failing(serviceError('InternalServerError'));
    expect(await queriesInAMinute(away, 1)).toBe(4 * 15);
  });

  const key = (version: number) => ({
    stream: { S: a },
    version: { N: `${version}` },
    appendedAt: { N: `${Date.now()}` },
  });
  const of = ({ input }: { input: Readonly<Record<string, unknown>> }) =>
    input.IndexName === 'tail' && JSON.stringify(input).includes('":tail":{"N":"0"}');

  test('that cannot be read is trouble until it can again, and nothing of it is lost', async () => {
    let away = false;
    const found = [key(1)];
    const { client, sent } = stubClient({
      Query: [
        (asked) => {
          if (away) throw serviceError('InternalServerError', 'away');
          return { Items: of(asked) ? found : [] };
        },
      ],
    });
    const log = dynamodbLog({ client, table: 'log', now: Date.now, random: () => 0 });
    const heard = vi.fn();
    const trouble = vi.fn();
    log.follow(heard, trouble).add(a);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce(), 5_000);
    away = true;
    await vi.waitFor(() => expect(trouble).toHaveBeenCalledWith(expect.objectContaining({ message: 'away' })), 5_000);
    found.push(key(2));
    const lookedUntil = Date.now();
    away = false;
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2), 5_000);
    expect(trouble).toHaveBeenLastCalledWith(undefined);
    // The look after an outage goes back beyond it.
    const [, since] = /":since":{"N":"(\d+)"/.exec(JSON.stringify(sent.at(-1)?.input)) ?? [];
    expect(Number(since)).toBeLessThan(lookedUntil);
    await log.close();
    const looks = sent.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sent.length).toBe(looks);
  });
});
