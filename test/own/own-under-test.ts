// The handler of our own operations in this process, on a store in memory, for callers who need no signature.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { readDocuments } from '#events/documents.ts';
import { keyOf } from '#events/names.ts';
import { isRefusal } from '#events/refusal.ts';
import { createLedger } from '#functions/ledger.ts';
import { createOwn } from '#functions/own/handler.ts';
import { createPast } from '#functions/own/past.ts';
import { parsePolicy } from '#identity/policy-document.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { proxyEvent } from '#test/api/proxy-event.ts';

export const owner = '111122223333';
export const region = 'us-east-1';
export const arn = (key: string, meshName = 'm'): string =>
  `arn:aws:appmesh:${region}:${owner}:mesh/${meshName}${key === 'mesh' ? '' : `/${key}`}`;

export interface Answered {
  readonly status: number;
  readonly error: string | undefined;
  readonly body: unknown;
}

/** The handler with its stores; calls are of an administrator of `owner` unless they have a policy of their own. */
export function ownUnderTest(events = memoryEventStore()) {
  const now = Date.now;
  const views = memoryViewStore({ now });
  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema: async () => 1 };
  const ledger = createLedger(events, views, around);
  let statements: readonly object[] = [];
  const handler = createOwn({
    ledger,
    views,
    region,
    past: createPast(events, views),
    policies: { policiesOf: async () => [policyOf(statements)] },
    reportBug(error) {
      throw error;
    },
  });

  async function call(
    method: 'GET' | 'POST',
    path: string,
    { query, body, account = owner, allowed }: CallParts = {},
  ): Promise<Answered> {
    statements = allowed ?? [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    const caller = { accountId: account, arn: `arn:aws:iam::${account}:user/someone`, accessKeyId: 'AKID' };
    const event = proxyEvent(caller, { method, path: `/heddle/v1/${path}`, query, body, time: now() });
    const answered = await handler(event, {} as Context);
    const error = answered.headers?.['x-amzn-errortype'];
    return {
      status: answered.statusCode,
      error: error === undefined ? undefined : String(error),
      body: JSON.parse(answered.body) as unknown,
    };
  }
  /** Makes or changes what documents say, in their order. */
  async function make(...documents: readonly object[]): Promise<void> {
    const read = readDocuments(documents.map((document) => ({ meshName: 'm', ...document })));
    for (const { meshName, ref, spec } of read.documents) {
      const known = await ledger.mesh(owner, meshName);
      const there = !isRefusal(known) && known.resources.has(keyOf(ref));
      const command = there
        ? ({ type: 'Update', ref, spec } as const)
        : ({ type: 'Create', ref, spec, tags: [] } as const);
      const caller = { accountId: owner, arn: `arn:aws:iam::${owner}:root` };
      const outcome = await ledger.run({ owner, meshName, command, caller, requestId: randomUUID() });
      if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome));
    }
  }
  return { call, make, ledger, views };
}

interface CallParts {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly account?: string;
  /** The statements of the caller's policy. */
  readonly allowed?: readonly object[];
}

function policyOf(statements: readonly object[]) {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: statements }, 'under test');
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed));
  return parsed.policy;
}
