// What all deployed functions are made of. Made once a process: what it reads and folds lives on between two calls.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { openDynamodb } from '#store/dynamodb.ts';
import { requestHandler } from '#store/request-handler.ts';
import type { AuthorizationParts } from '../authorize.ts';
import { createLedger } from '../ledger.ts';
import { systemOf } from '../system.ts';
import { readEnvironment } from './environment.ts';
import { iamPolicies } from './iam-policies.ts';
import { iamReader } from './iam-reader.ts';
import { createFunctionLog, functionLogger } from './log.ts';

/** A schema that was raised, or an organization that was joined, is known after this many milliseconds. */
const schemaHolds = 10_000;

/** `name` is the function's in the log and the metrics. Throws when a variable of the environment is missing. */
export function deployedParts(name: string) {
  const environment = readEnvironment(process.env);
  const { account, region, store, quotas } = environment;
  const now = Date.now;
  const log = createFunctionLog(functionLogger(environment.logLevel), name, now);
  const { events, views } = openDynamodb({
    ...store,
    now,
    onBadSnapshot: ({ stream, sequence, reason }) => log.trouble(`snapshot ${sequence} of ${stream}`, reason),
  });
  const system = systemOf(events, { milliseconds: schemaHolds, now });
  const { writeSchema, organization } = system;
  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema, organization, quotas };
  const reader = iamReader(new IAMClient({ maxAttempts: 4, requestHandler }));
  const authorization: AuthorizationParts = {
    policies: iamPolicies({ reader, account, now, onTrouble: log.trouble }),
    region,
    decisions: log.authorization,
  };
  const ledger = createLedger(events, views, around);
  return {
    environment,
    now,
    log,
    events,
    views,
    system,
    around,
    parts: { ledger, ...authorization, reportBug: log.bug },
  };
}
