// Whether the caller may: for what is shown only to who may see it.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type AuthorizationParts, type Demand, demand } from '../authorize.ts';
import { Refused } from '../refused.ts';

/** Whether the caller's policies allow what is demanded. */
export async function isPermitted(
  parts: AuthorizationParts,
  event: APIGatewayProxyEvent,
  wanted: Demand,
): Promise<boolean> {
  try {
    await demand(parts, event, [wanted]);
    return true;
  } catch (error) {
    if (error instanceof Refused && 'name' in error.reason && error.reason.name === 'AccessDeniedException')
      return false;
    throw error;
  }
}
