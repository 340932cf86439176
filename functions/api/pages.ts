// Lists, a page at a time: the token that goes on holds the last name given, so that a page is stable while others
// write.
import type { Operation } from '#events/model/operations.ts';
import { lastOf, pageToken } from '../page-token.ts';

/** How many items a page holds when the request names no limit (App Mesh's default is 100; tags: 50). */
const defaultLimit = { tags: 50, others: 100 };

interface PageRequest {
  readonly limit?: number;
  readonly nextToken?: string;
}

/** Where a page of a list of `scope` begins (after a name, or at the first), and how many items it may hold. */
export function startOf(
  operation: Operation,
  scope: string,
  { limit, nextToken }: PageRequest,
): { readonly after: string | undefined; readonly limit: number } {
  return {
    after: nextToken === undefined ? undefined : lastOf(operation.name, scope, nextToken),
    limit: limit ?? (operation.kind === undefined ? defaultLimit.tags : defaultLimit.others),
  };
}

/** One page of `items`, which are ordered by `nameOf`; `scope` is what the list is of (a mesh, a router, an ARN). */
export function page<T>(
  operation: Operation,
  scope: string,
  request: PageRequest,
  items: readonly T[],
  nameOf: (item: T) => string,
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const { after, limit } = startOf(operation, scope, request);
  const rest = after === undefined ? items : items.filter((item) => nameOf(item) > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  if (rest.length <= limit || last === undefined) return { items: shown };
  return { items: shown, nextToken: pageToken(operation.name, scope, nameOf(last)) };
}
