// ACM and ACM Private CA by the SDK's clients, each account's read as that account and within its quotas.
import { ACMClient } from '@aws-sdk/client-acm';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import type { Certificates, NoCertificate } from '#events/certificates.ts';
import { type ReaderParts, readingOf } from '#streamer/sources/reader-role.ts';
import { type AccountClients, awsCertificates } from './aws.ts';
import { type Pace, paceOf } from './pace.ts';

export interface AtAwsParts extends ReaderParts {
  /** The template of node certificates. */
  readonly template?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits until a call may be made; left out, calls of this process alone are spread. */
  readonly pace?: Pace;
}

/** AWS's defaults with room for others (AWS general reference, quotas of ACM and ACM PCA), calls a second. */
const quotas = { export: 4, describe: 2, authority: 10 };

export function certificatesAtAws(parts: AtAwsParts): { readonly certificates: Certificates; close(): void } {
  const { region, now, template, pace = paceOf(quotas, now) } = parts;
  const opened: { destroy(): void }[] = [];
  const byAccount = new Map<string, ReturnType<AccountClients>>();

  function open(account: string): ReturnType<AccountClients> {
    const reading = readingOf(parts, account);
    if (reading !== 'own' && 'refused' in reading) return { none: reading.refused } satisfies NoCertificate;
    const settings = { region, ...(reading !== 'own' && reading) };
    const clients = { acm: new ACMClient(settings), authorities: new ACMPCAClient(settings) };
    opened.push(clients.acm, clients.authorities);
    return clients;
  }

  function clients(account: string): ReturnType<AccountClients> {
    const known = byAccount.get(account) ?? open(account);
    byAccount.set(account, known);
    return known;
  }

  return {
    certificates: awsCertificates({ clients, region, pace, now, ...(template !== undefined && { template }) }),
    close() {
      for (const client of opened) client.destroy();
    },
  };
}
