// What a call of ours asks of the caller's policies, as one list: an action and the ARNs that it is asked on.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { demand, type PolicySource } from '../authorize.ts';
import { callerOf } from '../caller.ts';
import { Refused } from '../refused.ts';

export interface Permission {
  readonly action: string;
  readonly arns: readonly string[];
}

/** Ends the call with `AccessDeniedException` unless the caller has all of the permissions. */
export async function permit(
  { policies }: { readonly policies: PolicySource },
  event: APIGatewayProxyEvent,
  permissions: readonly Permission[],
): Promise<void> {
  for (const { action, arns } of permissions) await demand(policies, callerOf(event), action, arns);
}

/** Whether the caller has the permission. */
export async function isPermitted(
  parts: { readonly policies: PolicySource },
  event: APIGatewayProxyEvent,
  permission: Permission,
): Promise<boolean> {
  try {
    await permit(parts, event, [permission]);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
