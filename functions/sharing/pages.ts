// The pages of RAM's lists. A token is bound to the operation, the caller and what was asked for.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { lastOf, pageToken } from '../page-token.ts';
import { Refused } from '../refused.ts';
import type { RamCall } from './call.ts';
import { ramError } from './wire.ts';

/** How many items a page holds when the request does not say. */
const usualResults = 100;

/** One page of `items` under the name of the list, and the token that goes on; keys tell items apart. */
export function ramPage<T>(call: RamCall, list: string, items: readonly T[], keyOf: (item: T) => string) {
  const { operation, request, caller } = call;
  const { nextToken, maxResults = usualResults, ...asked } = request;
  const hash = createHash('sha256')
    .update(canonicalize([caller.accountId, asked]) ?? '')
    .digest('hex');
  const after = nextToken === undefined ? undefined : placeIn(operation.name, hash, nextToken);
  const ordered = items
    .map((item) => ({ key: keyOf(item), item }))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const rest = after === undefined ? ordered : ordered.filter(({ key }) => key > after);
  const shown = rest.slice(0, maxResults);
  const last = shown.at(-1);
  const more = rest.length > maxResults && last !== undefined;
  return {
    [list]: shown.map(({ item }) => item),
    ...(more && { nextToken: pageToken(operation.name, hash, last.key) }),
  };
}

function placeIn(operation: string, hash: string, token: string): string {
  try {
    return lastOf(operation, hash, token);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw ramError('InvalidNextTokenException', 'The next token is none of an earlier page of this very list.');
  }
}
