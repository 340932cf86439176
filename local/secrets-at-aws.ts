// Certificates for a streamer alone: exported from ACM, sealed with KMS, and given to those whom IAM's policies allow it.
import { IAMClient } from '@aws-sdk/client-iam';
import type { ViewStore } from '#events/store.ts';
import { iamPolicies } from '#functions/deployed/iam-policies.ts';
import { iamReader } from '#functions/deployed/iam-reader.ts';
import type { StreamerParts } from '#streamer/main.ts';
import { openCertificates } from './certificates.ts';
import type { Configuration } from './configuration.ts';
import { checkOf, withinAccount } from './export-check.ts';
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
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };
  const reader = iamReader(new IAMClient({ region, requestHandler }));
  const { account } = settings.from;
  const policies = iamPolicies({ reader, account, now, onTrouble: log.trouble });
  const mayExport = withinAccount(account, checkOf(policies, region, now));
  const { nodeValidity, overlap } = settings;
  return { certificates, sealer, mayExport, nodeValidity, overlap };
}
