// May a principal have the key of a certificate? By its policies in the credentials file, as App Mesh asked it of an Envoy's
// role (guide, TLS: `acm:ExportCertificate`).
import type { Actor } from '#events/event.ts';
import type { PolicySource } from '#functions/authorize.ts';
import type { Credentials } from '#identity/credentials.ts';
import { judgeWithin } from '#identity/policy.ts';
import { principalEntries } from '#identity/principal.ts';
import { contextOf, resourceEntries, tagEntries, timeEntries } from '#identity/request-context.ts';
import type { ExportCheck } from '#streamer/sources/secret-looks.ts';

/** A certificate authority in a certificate's place is asked for under the same action. `now` in ms since the epoch. */
export function exportCheck(credentials: Credentials, region: string, now: () => number): ExportCheck {
  return checkOf(
    {
      policiesOf: async ({ arn }) => credentials.policiesOf(arn),
      tagsOf: async ({ arn }) => credentials.tagsOf(arn),
    },
    region,
    now,
  );
}

/** The same by the policies of any source. */
export function checkOf(policies: PolicySource, region: string, now: () => number): ExportCheck {
  return async (caller: Actor, arn: string) => {
    const [own, boundary, tags] = await Promise.all([
      policies.policiesOf(caller),
      policies.boundaryOf?.(caller),
      policies.tagsOf?.(caller) ?? [],
    ]);
    const context = contextOf([
      ...principalEntries(caller.accountId, caller.arn),
      ...tagEntries('aws:PrincipalTag', tags),
      ...timeEntries(now()),
      ['aws:RequestedRegion', region],
      ...resourceEntries(arn, []),
    ]);
    const request = { action: 'acm:ExportCertificate', resource: arn, context };
    return judgeWithin(boundary, own, request).decision === 'allowed';
  };
}
