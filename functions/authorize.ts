// May the caller do this, by its policies? Asked of every call before anything about the mesh is told.
import type { Actor } from '#events/event.ts';
import { authorize, denialMessage } from '#identity/policy.ts';
import type { Policy } from '#identity/policy-document.ts';
import { Refused } from './refused.ts';

/** Where a caller's policies come from: the credentials file when embedded, IAM on AWS. */
export interface PolicySource {
  policiesOf(caller: Actor): Promise<readonly Policy[]>;
}

/** Ends the call with `AccessDeniedException` unless the caller's policies allow the action on all resources. */
export async function demand(
  source: PolicySource,
  caller: Actor,
  action: string,
  resources: readonly string[],
): Promise<void> {
  const verdict = authorize(await source.policiesOf(caller), { action, resources });
  if (verdict === 'allow') return;
  throw new Refused({ name: 'AccessDeniedException', status: 403, message: denialMessage(caller.arn, verdict) });
}
