// From another account a token is given only where that account's IAM can say no: at a path of its own for each resource.
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createLedger } from '#functions/ledger.ts';
import { parsePolicy } from '#identity/policy-document.ts';
import { createEvent } from '#local/gateway-event.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { createTokens } from './handler.ts';

const home = '111111111111';
const now = () => 1_000_000;
const all = parsePolicy({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'all');

const ask = (accountId: string, path: string, body?: object) => {
  const around = { now, id: randomUUID, random: Math.random, sleep: async () => {}, writeSchema: async () => 1 };
  const tokens = createTokens({
    ledger: createLedger(memoryEventStore(), memoryViewStore({ now }), {
      ...around,
      organization: async () => undefined,
    }),
    policies: { policiesOf: async () => ('policy' in all ? [all.policy] : []) },
    region: 'us-east-1',
    reportBug: (error) => {
      throw error;
    },
    issuer: { issue: async () => ({ token: 't', expiresAt: 0 }) },
    now,
    longest: 3_600,
    home,
  });
  const caller = { accountId, arn: `arn:aws:iam::${accountId}:user/ada`, accessKeyId: 'AKIA' };
  const request = {
    requestId: 'r',
    time: 0,
    method: 'POST',
    path,
    rawQuery: '',
    httpVersion: '1.1',
    rawHeaders: ['content-type', 'application/json'],
    sourceIp: '10.0.0.1',
    userAgent: undefined,
    body: body && JSON.stringify(body),
  };
  return tokens(createEvent(request, caller), {} as Context);
};

const resource = 'mesh/m/virtualNode/n';

test.each([
  ['222222222222', '/heddle/v1/tokens', { resource }, 403, 'ForbiddenException'],
  // There is no such mesh: it was asked after.
  ['222222222222', `/heddle/v1/tokens/${resource}`, undefined, 404, 'NotFoundException'],
  [home, '/heddle/v1/tokens', { resource }, 404, 'NotFoundException'],
])('account %s at %s', async (account, path, body, status, name) => {
  const { statusCode, headers } = await ask(account, path, body);
  expect([statusCode, headers?.['x-amzn-errortype']]).toEqual([status, name]);
});
