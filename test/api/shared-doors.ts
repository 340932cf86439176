// Every door of the API in this process on one store: App Mesh's operations, our own and the tokens, for callers of any
// account who may do everything by their policies. Grants are written as shares write them.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import type { Event } from '#events/event.ts';
import { accountStream, meshStream, organizationStream } from '#events/names.ts';
import type { Membership } from '#events/organization.ts';
import { createApi } from '#functions/api/handler.ts';
import { createLedger } from '#functions/ledger.ts';
import { membershipWriter } from '#functions/organization/membership.ts';
import { createOwn } from '#functions/own/handler.ts';
import { createPast } from '#functions/own/past.ts';
import { systemOf } from '#functions/system.ts';
import { createTokens } from '#functions/tokens/handler.ts';
import { parsePolicy } from '#identity/policy-document.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { proxyEvent } from './proxy-event.ts';

export const owner = '111111111111';
export const consumer = '222222222222';
export const other = '333333333333';
export const stranger = '444444444444';
export const region = 'us-east-1';

export interface Answered {
  readonly status: number;
  readonly error: string | undefined;
  readonly body: unknown;
}

export interface Asked {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

const everything = parsePolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'all',
);

export function sharedDoors() {
  let time = 1_700_000_000_000;
  const now = () => {
    time += 1_000;
    return time;
  };
  const [events, views] = [memoryEventStore(), memoryViewStore({ now: () => time })];
  const { writeSchema, organization } = systemOf(events);
  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema, organization };
  const ledger = createLedger(events, views, around);
  if ('faults' in everything) throw new Error(JSON.stringify(everything.faults));
  const policies = { policiesOf: async () => [everything.policy] };
  const reportBug = (error: unknown): never => {
    throw error;
  };
  const parts = { ledger, region, policies, reportBug };
  const api = createApi(parts);
  const own = createOwn({ ...parts, views, past: createPast(events, views) });
  const issuer = { issue: async (asked: object) => ({ token: JSON.stringify(asked), expiresAt: 1 }) };
  const tokens = createTokens({ ...parts, issuer, now, longest: 3_600 });

  async function call(account: string, line: string, { query, body }: Asked = {}): Promise<Answered> {
    const [method = '', path = ''] = line.split(' ');
    const caller = { accountId: account, arn: `arn:aws:iam::${account}:user/someone`, accessKeyId: 'AKID' };
    const event = proxyEvent(caller, { method, path, query, body, time });
    const handler = path.startsWith('/heddle/v1/tokens') ? tokens : path.startsWith('/heddle') ? own : api;
    const { statusCode: status, headers, body: text } = await handler(event, {} as Context);
    const error = headers?.['x-amzn-errortype'];
    return { status, error: error === undefined ? undefined : String(error), body: JSON.parse(text) as unknown };
  }

  /** Appends one event to a stream, as whoever owns it would. */
  async function append(stream: string, event: Event): Promise<void> {
    const version = (await events.read(stream, 1)).length + 1;
    const actor = { accountId: owner, arn: `arn:aws:iam::${owner}:user/owner` };
    const base = { id: randomUUID(), stream, version, time: now(), schema: 1, actor, requestId: 'share' };
    if (!(await events.append([{ ...base, events: [event] }])).ok) throw new Error(`${stream} was not at ${version}`);
  }

  return {
    call,
    append,
    /** Makes the mesh `m` of the owner, or of another account, be shared with these principals and no others. */
    share: (principals: readonly string[], meshOwner = owner) =>
      append(meshStream(meshOwner, 'm'), { type: 'MeshAccessChanged', shares: [{ share: 's', principals }] }),
    /** Points an account, or an organization by its id, to a mesh. */
    offer: (to: string, meshName = 'm', meshOwner = owner) =>
      append(/^\d+$/.test(to) ? accountStream(to) : organizationStream(to), {
        type: 'MeshOffered',
        meshOwner,
        meshName,
      }),
    organize: (membership: Membership) => membershipWriter({ events, id: randomUUID, now }).write(membership),
  };
}

export type Doors = ReturnType<typeof sharedDoors>;
