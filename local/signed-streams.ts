// Streams that Envoys sign themselves, embedded: verified against the credentials file, and permitted by the policies in it.
import type { Credentials } from '#identity/credentials.ts';
import { judge } from '#identity/policy.ts';
import { principalEntries } from '#identity/principal.ts';
import { contextOf, resourceEntries, tagEntries, timeEntries } from '#identity/request-context.ts';
import { verifyStream } from '#identity/stream-signature.ts';
import type { SignatureCheck } from '#streamer/identity.ts';

export function signedStreams(credentials: Credentials, region: string, now: () => number = Date.now): SignatureCheck {
  return {
    async verify(stream) {
      const verified = await verifyStream(stream, { byAccessKey: credentials.byAccessKey, now: now() });
      if ('refused' in verified) return { refused: verified.message };
      const { accountId, arn } = verified.ok.credential;
      return { caller: { accountId, arn } };
    },
    async mayBe(caller, { arn, tags }) {
      const context = contextOf([
        ...principalEntries(caller.accountId, caller.arn),
        ...tagEntries('aws:PrincipalTag', credentials.tagsOf(caller.arn)),
        ...timeEntries(now()),
        ['aws:RequestedRegion', region],
        ...resourceEntries(arn, tags),
      ]);
      const action = 'appmesh:StreamAggregatedResources';
      return judge(credentials.policiesOf(caller.arn), { action, resource: arn, context }).decision === 'allowed';
    },
  };
}
