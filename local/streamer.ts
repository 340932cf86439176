// A streamer alone, on a store that other processes write to: what a task of the deployed service runs. It admits Envoys by
// their tokens, whose public keys it finds in the log, and holds no key itself.
import { randomUUID } from 'node:crypto';
import { type Admin, startAdmin } from '#streamer/admin.ts';
import { createDependencies } from '#streamer/dependencies.ts';
import { createStreamer } from '#streamer/main.ts';
import type { Configuration } from './configuration.ts';
import { writeMetrics } from './embedded-metrics.ts';
import { openRegistry } from './instance-registry.ts';
import { createLog, type Log, openLogger } from './log.ts';
import { allOrNothing } from './opening.ts';
import { secretsAtAws } from './secrets-at-aws.ts';
import { openSetting } from './setting-failure.ts';
import { openStores } from './stores.ts';
import { readXdsTls } from './xds-tls.ts';

export interface RunningStreamer {
  readonly xdsAddresses: readonly string[];
  readonly adminAddress: string;
  /** Drains and stops; Envoys keep what they have. */
  close(): Promise<void>;
}

/** Rejects, with nothing left open, when an address, a file or the log cannot be had. */
export async function startStreamer(
  configuration: Configuration,
  log: Log = createLog(openLogger(configuration.logLevel)),
): Promise<RunningStreamer> {
  return allOrNothing((opened) => start(configuration, log, opened));
}

async function start(configuration: Configuration, log: Log, opened: AsyncDisposableStack): Promise<RunningStreamer> {
  const { region, envoysPerNode, adminAddress } = configuration;
  const tls = await readXdsTls(configuration.xdsTls);
  const dependencies = createDependencies(log.trouble);
  const stores = await openStores(configuration, log, dependencies, opened);
  const instances = openRegistry(configuration, stores.views, Date.now);
  opened.defer(instances.close);
  const secrets = secretsAtAws(configuration, stores.views, log, opened);
  const streamer = await openSetting('HEDDLE_STORE', () =>
    createStreamer({
      ...stores,
      instances: instances.registry,
      ...(secrets && { secrets }),
      region,
      now: Date.now,
      task: randomUUID(),
      ...(tls && { tls }),
      envoysPerNode,
      onEvent: log.stream,
      onTrouble: log.trouble,
      dependencies,
    }),
  );
  if (configuration.embeddedMetrics) opened.defer(writeMetrics(streamer).close);
  let admin: Admin | undefined;
  opened.defer(async () => {
    await streamer.close();
    // The last to go: whoever probes it sees the draining.
    await admin?.close();
  });
  admin = await openSetting('HEDDLE_ADMIN_ADDR', () => startAdmin(adminAddress, streamer));
  const xdsAddresses = await openSetting('HEDDLE_XDS_ADDR', () => streamer.listen(configuration.xdsAddresses));
  return { xdsAddresses, adminAddress: admin.address, close: () => opened.disposeAsync() };
}
