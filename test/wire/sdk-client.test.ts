// AWS's SDK for JavaScript runs the whole script: every answer has the shape of the contract and the documents sent.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { clientScript, operationOf, unusedBy } from './client-script.ts';
import { startEmbedded } from './embedded.ts';
import { sdkCalls } from './sdk-call.ts';

describe('the script of the clients', () => {
  test('uses every operation and every member of every input', () => {
    expect(unusedBy(clientScript('nobody', 'us-east-1', account))).toEqual([]);
  });
});

describe('the SDK for JavaScript', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = benchOf(await startEmbedded());
  });
  afterAll(() => bench.close());

  test('runs the script, and is answered with the documents that it sent', async () => {
    const send = sdkCalls(bench);
    for (const { operation, input, pages } of clientScript('sdk', bench.region, account)) {
      const output = await send(operation, input);
      const { payload, verb } = operationOf(operation);
      if (payload !== undefined && (verb === 'Create' || verb === 'Update')) {
        expect(output[payload], operation).toMatchObject({ spec: input.spec ?? {}, status: { status: 'ACTIVE' } });
      }
      if (pages !== true) continue;
      let { nextToken } = output;
      expect(nextToken, `${operation} has no second page`).toBeDefined();
      while (nextToken !== undefined) ({ nextToken } = await send(operation, { ...input, nextToken }));
    }
  }, 120_000);
});
