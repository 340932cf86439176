// The API's handler in this process on a store in memory, behind a request handler that the SDK takes for HTTP.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpRequest } from '@smithy/protocol-http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Quotas } from '#events/quotas.ts';
import type { EventStore } from '#events/store.ts';
import { createApi } from '#functions/api/handler.ts';
import { createLedger } from '#functions/ledger.ts';
import type { Throttle } from '#functions/throttle.ts';
import { type Credential, parseCredentialList } from '#identity/credential-list.ts';
import type { Caller } from '#local/gateway-event.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { principals } from '#test/suites/api/principals.ts';
import { eventOf, keyIdOf, responseOf } from './sdk-exchange.ts';

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

/** The policies of callers, as their entries in a credentials file have them. */
export const policiesIn = (credentials: readonly Credential[]) => ({
  policiesOf: async ({ arn }: { readonly arn: string }) =>
    credentials.filter((one) => one.arn === arn).flatMap(({ policies }) => policies),
});

/** The API's handler for the principals of the suite; a bug is thrown at whoever called unless `reportBug` is given. */
export function apiOf({ events = memoryEventStore(), now = Date.now, reportBug = fail, quotas, throttle }: Parts = {}) {
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
    policies: policiesIn(credentialList()),
    region,
    reportBug,
    ...(throttle && { throttle }),
  });
}

const fail = (error: unknown): never => {
  throw error;
};

/** What answers, in this process, as functions behind a gateway do. */
type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** A request handler for AWS's clients: each request goes to the function that `handlerFor` names for its path. */
export function requestHandlerOf(callers: readonly Caller[], handlerFor: (path: string) => Handler) {
  async function handle(request: HttpRequest) {
    const keyId = keyIdOf(request);
    const caller = callers.find(({ accessKeyId }) => accessKeyId === keyId);
    if (caller === undefined) throw new Error('an unsigned request');
    return responseOf(await handlerFor(request.path)(eventOf(request, caller), {} as Context));
  }
  return { handle };
}

export async function startInProcess(parts: Parts = {}): Promise<ApiUnderTest> {
  const api = apiOf(parts);
  const requestHandler = requestHandlerOf(Object.values(principals), () => api);
  return { region, endpoint: 'http://in.process', requestHandler, close: async () => undefined };
}
