// The API's handler in this process on a store in memory, behind a request handler that the SDK takes for HTTP.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Quotas } from '#events/quotas.ts';
import type { EventStore } from '#events/store.ts';
import { createApi } from '#functions/api/handler.ts';
import { createLedger } from '#functions/ledger.ts';
import type { Throttle } from '#functions/throttle.ts';
import { parseCredentialList } from '#identity/credential-list.ts';
import { createEvent } from '#local/gateway-event.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { type Principal, principals } from '#test/suites/api/principals.ts';

const region = 'us-east-1';

export interface Parts {
  readonly events?: EventStore;
  readonly now?: () => number;
  readonly reportBug?: (error: unknown, requestId: string) => void;
  readonly quotas?: Quotas;
  readonly throttle?: Throttle;
}

/** The principals as the credentials file holds them. */
export function credentialList() {
  const parsed = parseCredentialList(JSON.stringify(Object.values(principals)));
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  return parsed.credentials;
}

/** The API's handler for the principals of the suite; a bug is thrown at whoever called unless `reportBug` is given. */
export function apiOf({ events = memoryEventStore(), now = Date.now, reportBug = fail, quotas, throttle }: Parts = {}) {
  const credentials = credentialList();
  const around = {
    now,
    id: randomUUID,
    random: Math.random,
    sleep,
    writeSchema: async () => 1,
    ...(quotas && { quotas }),
  };
  return createApi({
    ledger: createLedger(events, memoryViewStore({ now }), around),
    policies: {
      policiesOf: async ({ arn }) => credentials.filter((one) => one.arn === arn).flatMap(({ policies }) => policies),
    },
    region,
    reportBug,
    ...(throttle && { throttle }),
  });
}

const textOf = (body: unknown): string | undefined =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : (body as string | undefined);

const fail = (error: unknown): never => {
  throw error;
};

/** What answers, in this process, as functions behind a gateway do. */
type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** A request handler for AWS's clients: each request goes to the function that `handlerFor` names for its path. */
export function requestHandlerOf(
  callers: readonly Pick<Principal, 'accessKeyId' | 'accountId' | 'arn'>[],
  handlerFor: (path: string) => Handler,
) {
  async function handle(request: HttpRequest) {
    const keyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
    const caller = callers.find(({ accessKeyId }) => accessKeyId === keyId);
    if (caller === undefined) throw new Error('an unsigned request');
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query))
      for (const one of [value].flat()) query.append(name, String(one));
    const event = createEvent(
      {
        requestId: randomUUID(),
        time: Date.now(),
        method: request.method,
        path: request.path,
        rawQuery: query.toString(),
        httpVersion: '1.1',
        rawHeaders: Object.entries(request.headers).flat(),
        sourceIp: '127.0.0.1',
        userAgent: undefined,
        body: textOf(request.body),
      },
      caller,
    );
    const { statusCode, headers = {}, body } = await handlerFor(request.path)(event, {} as Context);
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return { response: new HttpResponse({ statusCode, headers: texts, body: Readable.from([Buffer.from(body)]) }) };
  }
  return { handle };
}

export async function startInProcess(parts: Parts = {}): Promise<ApiUnderTest> {
  const api = apiOf(parts);
  const requestHandler = requestHandlerOf(Object.values(principals), () => api);
  return { region, endpoint: 'http://in.process', requestHandler, close: async () => undefined };
}
