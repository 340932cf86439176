// What is ours, in this process on a store in memory, with the App Mesh API beside it to make what there is a history of:
// a clock that a test sets, callers with their policies, and every answer held against the OpenAPI description.
import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Context } from 'aws-lambda';
import { operationCall } from '#cli/operation-call.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { createApi } from '#functions/api/handler.ts';
import { createLedger } from '#functions/ledger.ts';
import { createOwn } from '#functions/own/handler.ts';
import { openApi } from '#functions/own/openapi.ts';
import { createPast } from '#functions/own/past.ts';
import { createTokens } from '#functions/tokens/handler.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { type Principal, principals } from '#test/suites/api/principals.ts';
import { credentialList, policiesIn } from './in-process.ts';
import { proxyEvent } from './proxy-event.ts';

export interface OwnCall {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface OwnAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

interface From {
  readonly principal?: Principal;
  readonly userAgent?: string;
}

const region = 'us-east-1';

export function ownBench(parts: { readonly events?: EventStore; readonly views?: ViewStore } = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const { events = memoryEventStore(), views = memoryViewStore({ now }) } = parts;
  const around = { now, id: randomUUID, random: Math.random, sleep: async () => {}, writeSchema: async () => 1 };
  const common = {
    ledger: createLedger(events, views, around),
    policies: policiesIn(credentialList()),
    region,
    reportBug: (error: unknown): never => {
      throw error;
    },
  };
  const issuer = { issue: async () => ({ token: 'a.token', expiresAt: now() / 1000 + 60 }) };
  const api = createApi(common);
  const tokens = createTokens({ ...common, issuer, now, longest: 7200 });
  const own = createOwn({ ...common, views, past: createPast(events, views) });

  const handlerOf = (path: string) => {
    if (path.startsWith('/heddle/v1/tokens')) return tokens;
    return path.startsWith('/heddle/') ? own : api;
  };

  async function send({ method, path, query, body }: OwnCall, from: From = {}): Promise<OwnAnswer> {
    const { principal = principals.owner, userAgent } = from;
    const event = proxyEvent(principal, { method, path, query, body, userAgent, time: clock.now });
    const answer = await handlerOf(path)(event, {} as Context);
    const { statusCode: status, headers = {} } = answer;
    const found: OwnAnswer = { status, headers, body: JSON.parse(answer.body) };
    if (path.startsWith('/heddle/')) conforms(method, path, found);
    return found;
  }

  return {
    clock,
    events,
    views,
    send,
    /** An operation of App Mesh; its place in the mesh's stream, where it changed anything. */
    async make(operation: string, input: Readonly<Record<string, unknown>>, from?: From): Promise<number> {
      const { status, headers, body } = await send(operationCall(operation, input), from);
      if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
      return Number(headers['x-heddle-sequence']);
    },
    history: (query: Readonly<Record<string, string>>, from?: From) =>
      send({ method: 'GET', path: '/heddle/v1/history', query }, from),
    rollback: (body: unknown, from?: From) => send({ method: 'POST', path: '/heddle/v1/rollback', body }, from),
  };
}

const description = openApi();
const schemas = new Ajv2020({ strict: false });
schemas.addSchema(description, 'description');

/** Throws unless the answer is one that the description has for the operation. */
function conforms(method: string, path: string, { status, headers, body }: OwnAnswer): void {
  const paths = description.paths as Readonly<Record<string, object>>;
  const route = Object.keys(paths).find((one) =>
    new RegExp(`^${one.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  // A path that is nobody's has no description.
  if (route === undefined) return;
  const place = ['paths', route, method.toLowerCase(), 'responses', String(status)];
  const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const { $ref } = { $ref: `description#/${pointer}` };
  const described = schemas.getSchema(`${$ref}/content/application~1json/schema`);
  if (described === undefined) throw new Error(`${method} ${path} answered ${status}, which is not described`);
  if (!described(body)) throw new Error(`${method} ${path} ${status}: ${schemas.errorsText(described.errors)}`);
  const answer = schemas.getSchema(`${$ref}`)?.schema;
  const name = String(headers['x-amzn-errortype'] ?? '');
  if (!JSON.stringify(answer).includes(name)) throw new Error(`${method} ${path} may not end with ${name}`);
}
