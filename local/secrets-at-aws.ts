// Certificates for a streamer alone: exported from ACM, sealed with KMS, and given to those whom IAM's policies allow it.
import type { ViewStore } from '#events/store.ts';
import { roleOf } from '#streamer/holder.ts';
import type { StreamerParts } from '#streamer/main.ts';
import { openCertificates } from './certificates.ts';
import type { Configuration } from './configuration.ts';
import { exportCheckAtAws } from './export-check-at-aws.ts';
import type { Log } from './log.ts';

/** Undefined where certificates are the embedded authority's: its keys are sealed with a file that a task does not have. */
export function secretsAtAws(
  configuration: Configuration,
  views: ViewStore,
  log: Log,
  opened: AsyncDisposableStack,
): StreamerParts['secrets'] {
  const { region, certificates: settings } = configuration;
  if (settings.from === 'embedded') return undefined;
  const now = Date.now;
  const { certificates, sealer, close } = openCertificates(configuration, views, now);
  opened.defer(async () => close());
  const { check: mayExport, close: closeCheck } = exportCheckAtAws({
    ...settings.from,
    region,
    now,
    onTrouble: log.trouble,
  });
  opened.defer(async () => closeCheck());
  const { nodeValidity, overlap } = settings;
  return { certificates, sealer, mayExport, principalOf: roleOf, nodeValidity, overlap };
}
