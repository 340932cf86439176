// Where certificates come from here: the embedded authority, which answers ACM's own API on the gateway, or ACM itself;
// and what seals secrets in the views.
import { ACMClient } from '@aws-sdk/client-acm';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import { type AccountClients, awsCertificates } from '#certificates/aws.ts';
import { embeddedAuthority } from '#certificates/embedded.ts';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { kmsSealer } from '#certificates/kms-sealer.ts';
import { sharedPace } from '#certificates/pace.ts';
import type { Certificates, NoCertificate, Sealer } from '#events/certificates.ts';
import type { ViewStore } from '#events/store.ts';
import {
  acmTarget,
  authorityTarget,
  type CertificatesParts,
  createCertificates,
} from '#functions/certificates/handler.ts';
import { readingOf } from '#streamer/sources/reader-role.ts';
import type { AwsCertificates } from './certificate-settings.ts';
import type { Configuration } from './configuration.ts';
import type { GatewayRoute } from './gateway.ts';

export interface CertificatesHere {
  readonly certificates: Certificates;
  readonly sealer: Sealer;
  /** What of it is answered on the gateway. */
  routes(parts: Omit<CertificatesParts, 'authority' | 'now'>): readonly GatewayRoute[];
  close(): void;
}

/**
 * Calls a second of all tasks and functions together. AWS's defaults are 5 exports, 10 descriptions and 20 authority
 * certificates (AWS general reference, quotas of ACM and ACM PCA): room is left for others.
 */
const quotas = { export: 4, describe: 2, authority: 10 };

/** `now` in milliseconds since the epoch. Throws when the key file cannot be used. */
export function openCertificates(
  { certificates: { from }, dataDir, region }: Pick<Configuration, 'certificates' | 'dataDir' | 'region'>,
  views: ViewStore,
  now: () => number,
): CertificatesHere {
  if (from !== 'embedded') return atAws(from, region, views, now);
  const sealer = keyFileSealer(dataDir);
  const authority = embeddedAuthority({ views, sealer, region, now });
  return {
    certificates: authority,
    sealer,
    routes(parts) {
      const handler = createCertificates({ ...parts, authority, now });
      return [acmTarget, authorityTarget].map((target) => ({ prefix: '/', target, handler }));
    },
    close: () => {},
  };
}

function atAws(settings: AwsCertificates, region: string, views: ViewStore, now: () => number): CertificatesHere {
  const opened: { destroy(): void }[] = [];
  const byAccount = new Map<string, ReturnType<AccountClients>>();
  const clients: AccountClients = (account) => {
    const known = byAccount.get(account) ?? clientsOf(settings, region, account, opened);
    byAccount.set(account, known);
    return known;
  };
  const kms = new KMSClient({ region });
  opened.push(kms);
  const { template, sealingKey } = settings;
  const pace = sharedPace({ views, perSecond: quotas, now });
  return {
    certificates: awsCertificates({ clients, region, pace, now, ...(template !== undefined && { template }) }),
    sealer: kmsSealer(kms, sealingKey),
    routes: () => [],
    close() {
      for (const client of opened) client.destroy();
    },
  };
}

function clientsOf(
  settings: AwsCertificates,
  region: string,
  account: string,
  opened: { destroy(): void }[],
): ReturnType<AccountClients> {
  const reading = readingOf({ ...settings, region }, account);
  if (reading !== 'own' && 'refused' in reading) return { none: reading.refused } satisfies NoCertificate;
  const credentials = reading === 'own' ? {} : { credentials: reading.credentials };
  // What is throttled waits for another turn; the SDK would ask again at once.
  const own = { region, maxAttempts: 1, ...credentials };
  const acm = new ACMClient(own);
  const authorities = new ACMPCAClient(own);
  opened.push(acm, authorities);
  return { acm, authorities };
}
