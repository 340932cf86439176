// May a principal have the key of a certificate, on AWS: by the IAM policies of its own account, which another account lets
// Heddle read by the role that it has for it.
import { IAMClient } from '@aws-sdk/client-iam';
import { iamPolicies } from '#functions/deployed/iam-policies.ts';
import { iamReader } from '#functions/deployed/iam-reader.ts';
import { requestHandler } from '#store/request-handler.ts';
import { isDenied, type ReaderParts, readingOf } from '#streamer/sources/reader-role.ts';
import type { ExportCheck } from '#streamer/sources/secret-looks.ts';
import { checkOf } from './export-check.ts';

export interface ExportCheckParts extends ReaderParts {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onTrouble: (what: string, trouble: unknown) => void;
}

export function exportCheckAtAws(parts: ExportCheckParts): { readonly check: ExportCheck; close(): void } {
  const { region, now, onTrouble } = parts;
  const clients: IAMClient[] = [];
  const byAccount = new Map<string, ExportCheck>();

  function checkIn(account: string): ExportCheck {
    const reading = readingOf(parts, account);
    if (reading !== 'own' && 'refused' in reading) return async () => reading;
    const client = new IAMClient({ region, requestHandler, ...(reading !== 'own' && reading) });
    clients.push(client);
    const policies = (tell: typeof onTrouble) =>
      iamPolicies({ reader: iamReader(client), account, now, onTrouble: tell });
    if (reading === 'own') return checkOf(policies(onTrouble), region, now);
    // An account that lets nobody read it is no trouble of ours: whose Envoys go without are told.
    const check = checkOf(
      policies((what, trouble) => void (isDenied(trouble) || onTrouble(what, trouble))),
      region,
      now,
    );
    return async (caller, arn) => {
      try {
        return await check(caller, arn);
      } catch (error) {
        if (!(error instanceof Error) || !isDenied(error.cause)) throw error;
        return { refused: `account ${account} lets nobody read the policies of ${caller.arn}: ${error.cause.message}` };
      }
    };
  }

  return {
    check(caller, arn) {
      const check = byAccount.get(caller.accountId) ?? checkIn(caller.accountId);
      byAccount.set(caller.accountId, check);
      return check(caller, arn);
    },
    close() {
      for (const client of clients) client.destroy();
    },
  };
}
