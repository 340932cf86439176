// ACM and ACM Private CA by the SDK's clients, each account's read as that account and within its quotas.
import { ACMClient } from '@aws-sdk/client-acm';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import type { Certificates, NoCertificate } from '#events/certificates.ts';
import type { ViewStore } from '#events/store.ts';
import { type ReaderParts, readingOf } from '#streamer/sources/reader-role.ts';
import { type AccountClients, awsCertificates } from './aws.ts';
import { sharedPace } from './pace.ts';

export interface AtAwsParts extends ReaderParts {
  /** The template of node certificates. */
  readonly template?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where all who share them take turns. */
  readonly views: ViewStore;
}

/**
 * Calls a second of all tasks and functions together. AWS's defaults are 5 exports, 10 descriptions and 20 authority
 * certificates (AWS general reference, quotas of ACM and ACM PCA): room is left for others.
 */
export const quotas = { export: 4, describe: 1.9, authority: 10 };

export function certificatesAtAws(parts: AtAwsParts): { readonly certificates: Certificates; close(): void } {
  const { region, now, template, views } = parts;
  const pace = sharedPace({ views, perSecond: quotas, now });
  const opened: { destroy(): void }[] = [];
  const byAccount = new Map<string, ReturnType<AccountClients>>();

  function open(account: string): ReturnType<AccountClients> {
    const reading = readingOf(parts, account);
    if (reading !== 'own' && 'refused' in reading) return { none: reading.refused } satisfies NoCertificate;
    // What is throttled waits for another turn; the SDK would ask again at once.
    const settings = { region, maxAttempts: 1, ...(reading !== 'own' && reading) };
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
