// The opaque tokens that go on with a list: where the last page ended, bound to the operation and to what it lists.
import { invalid } from '#events/refusal.ts';
import { Refused } from './refused.ts';

/** `scope` is what the list is of (a mesh, a router, an ARN), `last` where the page ended. */
export const pageToken = (operation: string, scope: string, last: string): string =>
  Buffer.from(JSON.stringify([operation, scope, last])).toString('base64url');

/** Where the page that gave this token ended; refuses a token of another list. */
export function lastOf(operation: string, scope: string, token: string): string {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (Array.isArray(parts) && parts.length === 3 && parts[0] === operation && parts[1] === scope) {
    const last: unknown = parts[2];
    if (typeof last === 'string') return last;
  }
  const rule = 'Member must be a token of an earlier page of this list';
  throw new Refused(invalid('nextToken', `Value at 'nextToken' failed to satisfy constraint: ${rule}`));
}
