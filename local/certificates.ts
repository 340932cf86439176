// Where certificates come from here: the embedded authority, which answers ACM's own API on the gateway, or ACM itself;
// and what seals secrets in the views.
import { KMSClient } from '@aws-sdk/client-kms';
import { certificatesAtAws } from '#certificates/at-aws.ts';
import { embeddedAuthority } from '#certificates/embedded.ts';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { kmsSealer } from '#certificates/kms-sealer.ts';
import type { Certificates, Sealer } from '#events/certificates.ts';
import type { ViewStore } from '#events/store.ts';
import {
  acmTarget,
  authorityTarget,
  type CertificatesParts,
  createCertificates,
} from '#functions/certificates/handler.ts';
import { requestHandler } from '#store/request-handler.ts';
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
  const { certificates, close } = certificatesAtAws({ ...settings, region, views, now });
  const kms = new KMSClient({ region, requestHandler });
  return {
    certificates,
    sealer: kmsSealer(kms, settings.sealingKey),
    routes: () => [],
    close() {
      close();
      kms.destroy();
    },
  };
}
