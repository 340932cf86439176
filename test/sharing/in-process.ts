// App Mesh's and RAM's handlers in this process on one store, behind a request handler that AWS's clients take for HTTP.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Commit, OrganizationEvent } from '#events/event.ts';
import { validate } from '#events/model/validate.ts';
import { organizationStream } from '#events/names.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { createApi } from '#functions/api/handler.ts';
import { createLedger, type Ledger } from '#functions/ledger.ts';
import { createBook } from '#functions/sharing/book.ts';
import { ramShapes } from '#functions/sharing/contract.ts';
import { createSharing } from '#functions/sharing/handler.ts';
import ram from '#functions/sharing/ram.json' with { type: 'json' };
import { createShareWork, type ShareWork } from '#functions/sharing/work.ts';
import { parseCredentialList } from '#identity/credential-list.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { policiesIn, requestHandlerOf } from '#test/api/in-process.ts';
import type { Principal } from '#test/suites/api/principals.ts';
import type { SharingUnderTest } from '#test/suites/sharing/bench.ts';
import { organization, party } from '#test/suites/sharing/party.ts';

export interface SharingParts {
  readonly events?: EventStore;
  readonly views?: ViewStore;
  readonly now?: () => number;
  readonly callers?: readonly Principal[];
  readonly reportBug?: (error: unknown) => void;
}

export type SharingInProcess = SharingUnderTest & Pick<ShareWork, 'sweep'> & { readonly ledger: Ledger };

const region = 'us-east-1';

const fail = (error: unknown): never => {
  throw error;
};

export function startSharing(parts: SharingParts = {}): SharingInProcess {
  const { now = Date.now, events = memoryEventStore(), reportBug = fail, callers = Object.values(party) } = parts;
  const views = parts.views ?? memoryViewStore({ now });
  const parsed = parseCredentialList(JSON.stringify(callers));
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const around = {
    ...{ now, sleep, id: randomUUID, random: Math.random, writeSchema: async () => 1 },
    organization: async () => organization.id,
  };
  const ledger = createLedger(events, views, around);
  const policies = policiesIn(parsed.credentials);
  const serving = { ledger, events, views, around, region, policies, reportBug };
  const api = createApi(serving);
  const answers = createSharing(serving);
  const sharing = async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const answer = await answers(event, context);
    if (answer.statusCode === 200) expectShape(event.path, answer.body);
    return answer;
  };
  const requestHandler = requestHandlerOf(callers, (path) => (path.startsWith('/v20190125') ? api : sharing));
  return {
    ...{ region, endpoint: 'http://in.process', requestHandler, close: async () => undefined },
    ledger,
    sweep: createShareWork(serving, createBook(serving)).sweep,
  };
}

/** Throws when an answer is not what RAM's contract says of it. */
function expectShape(path: string, body: string): void {
  const operation = Object.values(ram.operations).find(({ uri }) => uri === path);
  if (operation === undefined) throw new Error(`RAM has no ${path}`);
  const faults = validate(operation.output, JSON.parse(body), '', ramShapes);
  if (faults.length > 0) throw new Error(`${path}: ${faults.map(({ message }) => message).join('; ')}`);
}

/** Puts the suite's organization into a store. */
export async function organize(events: Pick<EventStore, 'append'>, { enabled = false } = {}): Promise<void> {
  const { unit } = organization;
  const happened: readonly OrganizationEvent[] = [
    { type: 'OrganizationUnitPlaced', unit },
    { type: 'OrganizationAccountPlaced', account: party.owner.accountId },
    { type: 'OrganizationAccountPlaced', account: party.colleague.accountId },
    { type: 'OrganizationAccountPlaced', account: party.member.accountId, unit },
    ...(enabled ? [{ type: 'OrganizationSharingSet', enabled } as const] : []),
  ];
  const commit: Commit = {
    ...{ id: randomUUID(), stream: organizationStream(organization.id), version: 1, time: 1, schema: 1 },
    ...{ actor: { accountId: '000000000000', arn: 'heddle' }, requestId: 'organize', events: happened },
  };
  await events.append([commit]);
}
