// All of Heddle in one process on SQLite: the functions behind a gateway, the streamer, its admin face. What
// `npm start` runs.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApi } from '#functions/api/handler.ts';
import type { PolicySource } from '#functions/authorize.ts';
import { createLedger } from '#functions/ledger.ts';
import { createOwn } from '#functions/own/handler.ts';
import { createTokens } from '#functions/tokens/handler.ts';
import { type Credentials, openCredentials } from '#identity/credentials.ts';
import { authorize } from '#identity/policy.ts';
import { openSigningKey } from '#identity/signing-key.ts';
import { verifyStream } from '#identity/stream-signature.ts';
import { createIssuer } from '#identity/token.ts';
import { openSqlite } from '#store/sqlite.ts';
import { startAdmin } from '#streamer/admin.ts';
import type { SignatureCheck } from '#streamer/identity.ts';
import { createStreamer } from '#streamer/main.ts';
import type { Configuration } from './configuration.ts';
import { createGateway } from './gateway.ts';
import { createLog, type Log } from './log.ts';
import { systemOf } from './system.ts';

export interface Running {
  /** `host:port` as bound. */
  readonly apiAddress: string;
  readonly xdsAddresses: readonly string[];
  readonly adminAddress: string;
  /** Drains and stops; Envoys keep what they have. */
  close(): Promise<void>;
}

// Embedded, an inline token of `heddle bootstrap` lasts as long as this.
const longestToken = 30 * 24 * 3600;

/** Starts everything; rejects when an address or a file cannot be had. */
export async function startLocal(configuration: Configuration, log: Log = createLog()): Promise<Running> {
  const { dataDir, credentialsFile, region, envoysPerNode } = configuration;
  const now = Date.now;
  const credentials = openCredentials({ file: credentialsFile, dataDir, region, report: log.note });
  const { events, views } = openSqlite(join(dataDir, 'heddle.db'), { now });
  const signingKey = await openSigningKey(dataDir);
  const system = systemOf(events);
  await system.announce(signingKey, randomUUID, now);

  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema: system.writeSchema };
  const policies: PolicySource = { policiesOf: async ({ arn }) => credentials.policiesOf(arn) };
  const parts = { ledger: createLedger(events, views, around), policies, region, reportBug: log.bug };
  const tokens = createTokens({ ...parts, issuer: createIssuer(signingKey), now, longest: longestToken });
  const gateway = createGateway({
    credentials,
    now,
    onRequest: log.request,
    routes: [
      { prefix: '/v20190125', handler: createApi(parts) },
      { prefix: '/heddle/v1/tokens', handler: tokens },
      { prefix: '/heddle/v1', handler: createOwn({ ...parts, views }) },
    ],
  });
  const streamer = await createStreamer({
    events,
    views,
    region,
    now,
    task: randomUUID(),
    signatures: signaturesBy(credentials),
    ...tlsOf(configuration),
    envoysPerNode,
    onEvent: log.stream,
    onTrouble: log.trouble,
  });
  const xdsAddresses = await streamer.listen(configuration.xdsAddresses);
  const apiUrl = await gateway.listen(configuration.apiAddress);
  const admin = await startAdmin(configuration.adminAddress, {
    metrics: streamer.metrics,
    ready: streamer.ready,
    lost: streamer.lost,
  });
  return {
    apiAddress: apiUrl.replace(/^http:\/\//, '').replace(/\/$/, ''),
    xdsAddresses,
    adminAddress: admin.address,
    async close() {
      await Promise.all([gateway.close(), streamer.close()]);
      await admin.close();
      await Promise.all([events.close(), views.close()]);
    },
  };
}

/** Signed streams, verified against the credentials file. */
function signaturesBy(credentials: Credentials): SignatureCheck {
  return {
    async verify(stream) {
      const verified = await verifyStream(stream, { byAccessKey: credentials.byAccessKey, now: Date.now() });
      if ('refused' in verified) return { refused: verified.message };
      const { accountId, arn } = verified.ok.credential;
      return { caller: { accountId, arn } };
    },
    mayBe: async (caller, arn) =>
      authorize(credentials.policiesOf(caller.arn), {
        action: 'appmesh:StreamAggregatedResources',
        resources: [arn],
      }) === 'allow',
  };
}

function tlsOf({ xdsTls }: Configuration) {
  if (xdsTls === undefined) return {};
  const { certificate, key, clientAuthority } = xdsTls;
  const pem = { certificate: readFileSync(certificate), key: readFileSync(key) };
  return { tls: clientAuthority === undefined ? pem : { ...pem, clientAuthority: readFileSync(clientAuthority) } };
}
