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
import { createPast } from '#functions/own/past.ts';
import { createProjector } from '#functions/projector/project.ts';
import { createThrottle } from '#functions/throttle.ts';
import { createTokens } from '#functions/tokens/handler.ts';
import { openCredentials } from '#identity/credentials.ts';
import { openSigningKey } from '#identity/signing-key.ts';
import { createIssuer } from '#identity/token.ts';
import type { BadSnapshot } from '#store/snapshot.ts';
import { openSqlite } from '#store/sqlite.ts';
import { watched } from '#store/watched.ts';
import { type Admin, startAdmin } from '#streamer/admin.ts';
import { createDependencies } from '#streamer/dependencies.ts';
import { createStreamer } from '#streamer/main.ts';
import type { Configuration } from './configuration.ts';
import { createGateway } from './gateway.ts';
import { createLog, type Log } from './log.ts';
import { projecting } from './projection.ts';
import { signedStreams } from './signed-streams.ts';
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

/** Starts everything; rejects when an address or a file cannot be had, with nothing left open. */
export async function startLocal(configuration: Configuration, log: Log = createLog()): Promise<Running> {
  const opened = new AsyncDisposableStack();
  try {
    return await start(configuration, log, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** `opened` closes what was opened, the last first. */
async function start(configuration: Configuration, log: Log, opened: AsyncDisposableStack): Promise<Running> {
  const { dataDir, credentialsFile, region, envoysPerNode, quotas } = configuration;
  const now = Date.now;
  const onBadSnapshot = ({ stream, sequence, reason }: BadSnapshot) =>
    log.trouble(`snapshot ${sequence} of ${stream}`, reason);
  const credentials = openCredentials({ file: credentialsFile, dataDir, region, report: log.note });
  const dependencies = createDependencies(log.trouble);
  const { events, views } = watched(openSqlite(join(dataDir, 'heddle.db'), { now, onBadSnapshot }), (trouble) =>
    dependencies.tell('store', trouble),
  );
  opened.defer(events.close);
  opened.defer(views.close);
  const signingKey = await openSigningKey(dataDir);
  const system = systemOf(events);
  await system.announce(signingKey, randomUUID, now);

  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema: system.writeSchema, quotas };
  const policies: PolicySource = {
    policiesOf: async ({ arn }) => credentials.policiesOf(arn),
    tagsOf: async ({ arn }) => credentials.tagsOf(arn),
  };
  const authorization = { policies, region, ...(log.authorization && { decisions: log.authorization }) };
  const projection = projecting(events, createProjector({ events, views }), (stream, error) =>
    log.trouble(`snapshot of ${stream}`, error),
  );
  opened.defer(projection.close);
  const parts = { ledger: createLedger(projection.events, views, around), ...authorization, reportBug: log.bug };
  const tokens = createTokens({ ...parts, issuer: createIssuer(signingKey), now, longest: longestToken });
  const surroundings = { addresses: (name: string) => streamer.addresses(name) };
  const own = createOwn({ ...parts, views, quotas, past: createPast(events, views), surroundings });
  const gateway = createGateway({
    credentials,
    now,
    onRequest: log.request,
    routes: [
      { prefix: '/v20190125', handler: createApi({ ...parts, ...throttleOf(configuration) }) },
      { prefix: '/heddle/v1/tokens', handler: tokens },
      { prefix: '/heddle/v1', handler: own },
    ],
  });
  const streamer = await createStreamer({
    events,
    views,
    region,
    now,
    task: randomUUID(),
    signatures: signedStreams(credentials, region),
    ...tlsOf(configuration),
    envoysPerNode,
    onEvent: log.stream,
    onTrouble: log.trouble,
    dependencies,
  });
  let admin: Admin | undefined;
  opened.defer(async () => {
    await Promise.all([gateway.close(), streamer.close()]);
    await admin?.close();
  });
  admin = await startAdmin(configuration.adminAddress, {
    metrics: streamer.metrics,
    ready: streamer.ready,
    lost: streamer.lost,
  });
  const xdsAddresses = await streamer.listen(configuration.xdsAddresses);
  const apiUrl = await gateway.listen(configuration.apiAddress);
  return {
    apiAddress: apiUrl.replace(/^http:\/\//, '').replace(/\/$/, ''),
    xdsAddresses,
    adminAddress: admin.address,
    close: () => opened.disposeAsync(),
  };
}

function throttleOf({ throttle }: Configuration) {
  return throttle === undefined ? {} : { throttle: createThrottle(throttle, () => performance.now()) };
}

function tlsOf({ xdsTls }: Configuration) {
  if (xdsTls === undefined) return {};
  const { certificate, key, clientAuthority } = xdsTls;
  const pem = { certificate: readFileSync(certificate), key: readFileSync(key) };
  return { tls: clientAuthority === undefined ? pem : { ...pem, clientAuthority: readFileSync(clientAuthority) } };
}
