// All of Heddle in one process, on SQLite unless told otherwise: the functions behind a gateway, the streamer, its admin face. What
// `npm start` runs.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApi } from '#functions/api/handler.ts';
import type { PolicySource } from '#functions/authorize.ts';
import { createLedger } from '#functions/ledger.ts';
import { createOwn } from '#functions/own/handler.ts';
import { createPast } from '#functions/own/past.ts';
import { createRotation } from '#functions/rotation/handler.ts';
import { systemOf } from '#functions/system.ts';
import { createThrottle } from '#functions/throttle.ts';
import { createTokens } from '#functions/tokens/handler.ts';
import { openCredentials } from '#identity/credentials.ts';
import { makePrivateFolder } from '#identity/private-folder.ts';
import { openSigningKey } from '#identity/signing-key.ts';
import { createIssuer } from '#identity/token.ts';
import { type Admin, startAdmin } from '#streamer/admin.ts';
import { createDependencies } from '#streamer/dependencies.ts';
import { createStreamer } from '#streamer/main.ts';
import { openCertificates } from './certificates.ts';
import type { Configuration } from './configuration.ts';
import { exportCheck } from './export-check.ts';
import { createGateway } from './gateway.ts';
import { openRegistry } from './instance-registry.ts';
import { createLog, type Log, openLogger } from './log.ts';
import { allOrNothing } from './opening.ts';
import { openOrganization } from './organization.ts';
import { meshProjector, projecting } from './projection.ts';
import { rotating } from './rotation.ts';
import { openSetting } from './setting-failure.ts';
import { sharing } from './sharing.ts';
import { signedStreams } from './signed-streams.ts';
import { openStores } from './stores.ts';
import { readXdsTls } from './xds-tls.ts';

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

/**
 * Starts everything; rejects, with nothing left open, when an address or a file cannot be had: with a SettingFailure
 * that names the variable in which it stands.
 */
export async function startLocal(
  configuration: Configuration,
  log: Log = createLog(openLogger(configuration.logLevel)),
): Promise<Running> {
  return allOrNothing((opened) => start(configuration, log, opened));
}

/** `opened` closes what was opened, the last first. */
async function start(configuration: Configuration, log: Log, opened: AsyncDisposableStack): Promise<Running> {
  const { dataDir, credentialsFile, organizationFile, region, envoysPerNode, quotas } = configuration;
  const now = Date.now;
  const tls = await readXdsTls(configuration.xdsTls);
  const inDataDir = <T>(open: () => T | Promise<T>) => openSetting('HEDDLE_DATA_DIR', open);
  await inDataDir(() => makePrivateFolder(dataDir));
  const credentials = await openSetting('HEDDLE_CREDENTIALS_FILE', () =>
    openCredentials({ file: credentialsFile, dataDir, region, report: log.warn }),
  );
  const dependencies = createDependencies(log.trouble);
  const { events, views } = await openStores(configuration, log, dependencies, opened);
  const signingKey = await inDataDir(() => openSigningKey(dataDir));
  const system = systemOf(events);
  await openSetting('HEDDLE_STORE', () => system.announce(signingKey, randomUUID, now));

  const { writeSchema, organization } = system;
  opened.defer((await openOrganization({ file: organizationFile, events, system, log })).close);
  const around = { now, id: randomUUID, random: Math.random, sleep, writeSchema, organization, quotas };
  const policies: PolicySource = {
    policiesOf: async ({ arn }) => credentials.policiesOf(arn),
    tagsOf: async ({ arn }) => credentials.tagsOf(arn),
  };
  const authorization = { policies, region, ...(log.authorization && { decisions: log.authorization }) };
  const projection = projecting(
    events,
    meshProjector({ events, views }, (...mesh) => ledger.mesh(...mesh)),
    (stream, error) => log.trouble(`projection of ${stream}`, error),
  );
  opened.defer(projection.close);
  const ledger = createLedger(projection.events, views, around);
  const parts = { ledger, ...authorization, reportBug: log.bug };
  const tokens = createTokens({ ...parts, issuer: createIssuer(signingKey), now, longest: longestToken });
  const instances = openRegistry(configuration, views, now);
  opened.defer(instances.close);
  const certificates = await inDataDir(() => openCertificates(configuration, views, now));
  opened.defer(certificates.close);
  const { nodeValidity, overlap, sweepInterval } = configuration.certificates;
  const sweep = createRotation({
    certificates: certificates.certificates,
    events: projection.events,
    views,
    now,
    id: randomUUID,
    writeSchema,
    longest: sweepInterval,
  });
  const rotation = rotating(sweep, sweepInterval, (trouble) => dependencies.tell('rotation of certificates', trouble));
  opened.defer(rotation.close);
  const surroundings = { addresses: (name: string) => streamer.addresses(name) };
  const mayExport = exportCheck(credentials, region, now);
  const own = createOwn({
    ...parts,
    views,
    quotas,
    past: createPast(events, views),
    surroundings,
    certificates: (mesh, proxy) => streamer.certificates(mesh, proxy),
    registry: instances.registry,
  });
  const shared = sharing({ ...parts, events: projection.events, views, around }, log.trouble);
  opened.defer(shared.close);
  const gateway = createGateway({
    credentials,
    now,
    onRequest: log.request,
    routes: [
      { prefix: '/v20190125', handler: createApi({ ...parts, ...throttleOf(configuration) }) },
      { prefix: '/heddle/v1/tokens', handler: tokens },
      { prefix: '/heddle/v1', handler: own },
      ...instances.routes({ ...authorization, id: randomUUID, reportBug: log.bug }),
      ...rotation.after(certificates.routes({ ...authorization, reportBug: log.bug })),
      ...shared.routes,
    ],
  });
  const streamer = await createStreamer({
    events,
    views,
    instances: instances.registry,
    secrets: { ...certificates, mayExport, nodeValidity, overlap },
    region,
    now,
    task: randomUUID(),
    signatures: signedStreams(credentials, region),
    ...(tls && { tls }),
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
  admin = await openSetting('HEDDLE_ADMIN_ADDR', () => startAdmin(configuration.adminAddress, streamer));
  const xdsAddresses = await openSetting('HEDDLE_XDS_ADDR', () => streamer.listen(configuration.xdsAddresses));
  const apiUrl = await openSetting('HEDDLE_API_ADDR', () => gateway.listen(configuration.apiAddress));
  // On a shared store, whose streams take long to list, the deployed projector does it.
  if ('file' in configuration.store) void projection.catchUp();
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
