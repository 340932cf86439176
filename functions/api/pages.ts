// Lists, a page at a time: the token that goes on holds the last name given, bound to the operation and what it lists,
// so that a page is stable while others write.
import type { Operation } from '#events/model/operations.ts';
import { invalid } from '#events/refusal.ts';
import { Refused } from '../refused.ts';

/** How many items a page holds when the request names no limit (App Mesh's default is 100; tags: 50). */
const defaultLimit = { tags: 50, others: 100 };

interface PageRequest {
  readonly limit?: number;
  readonly nextToken?: string;
}

/** One page of `items`, which are ordered by `nameOf`; `scope` is what the list is of (a mesh, a router, an ARN). */
export function page<T>(
  operation: Operation,
  scope: string,
  request: PageRequest,
  items: readonly T[],
  nameOf: (item: T) => string,
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const limit = request.limit ?? (operation.kind === undefined ? defaultLimit.tags : defaultLimit.others);
  const after = request.nextToken === undefined ? undefined : lastName(operation, scope, request.nextToken);
  const rest = after === undefined ? items : items.filter((item) => nameOf(item) > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  if (rest.length <= limit || last === undefined) return { items: shown };
  return { items: shown, nextToken: tokenOf([operation.name, scope, nameOf(last)]) };
}

const tokenOf = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

function lastName(operation: Operation, scope: string, token: string): string {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (
    Array.isArray(parts) &&
    parts.length === 3 &&
    parts[0] === operation.name &&
    parts[1] === scope &&
    typeof parts[2] === 'string'
  ) {
    return parts[2];
  }
  throw new Refused(
    invalid(
      'nextToken',
      `Value at 'nextToken' failed to satisfy constraint: Member must be a token of an earlier page of this list`,
    ),
  );
}
