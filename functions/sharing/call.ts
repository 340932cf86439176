// A call of RAM's API: read, checked, and permitted by the caller's policies.
import type { Actor } from '#events/event.ts';
import { parseRamArn } from '#events/shares/arn.ts';
import { unknownShare } from '#events/shares/decision.ts';
import type { Share } from '#events/shares/share.ts';
import type { Ledger } from '../ledger.ts';
import { granted } from '../refused.ts';
import type { Book } from './book.ts';
import type { RamOperation } from './contract.ts';
import type { RamRequest } from './request.ts';
import { ramError, shareRefused } from './wire.ts';

export interface RamCall {
  readonly operation: RamOperation;
  readonly request: RamRequest;
  readonly caller: Actor;
  readonly requestId: string;
  readonly client?: string | undefined;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly ledger: Ledger;
  readonly book: Book;
  /** Brings to its end what is under way in the shares of an account; what fails now is done later. */
  finish(owner: string): Promise<void>;
}

/** The body of an answer. */
export type Answered = Readonly<Record<string, unknown>>;

/** A share with the account that owns it. */
export interface OwnedShare {
  readonly owner: string;
  readonly share: Share;
}

/** The owner and id of the share that a request names by its ARN. */
export function shareNamed(
  { region }: Pick<RamCall, 'region'>,
  text: string,
): { readonly owner: string; readonly id: string } {
  const found = parseRamArn('resource-share', region, text);
  if (found !== undefined) return found;
  if (/^arn:aws[a-z-]*:ram:[^:]+:\d{12}:resource-share\/\S+$/.test(text)) {
    throw ramError('UnknownResourceException', `ResourceShare ${text} could not be found.`);
  }
  throw ramError('MalformedArnException', `The resource share ARN ${text} is malformed. Verify the ARN and try again.`);
}

/** The owner and id of the invitation that a request names by its ARN. */
export function invitationNamed({ region }: Pick<RamCall, 'region'>, text: string) {
  const found = parseRamArn('resource-share-invitation', region, text);
  if (found !== undefined) return found;
  throw ramError('MalformedArnException', `The invitation ARN ${text} is malformed. Verify the ARN and try again.`);
}

/** The caller's own share that a request names; one of somebody else is not told apart from none. */
export async function ownShare(call: RamCall, text: string): Promise<Share> {
  const { owner, id } = shareNamed(call, text);
  const account = granted(await call.ledger.account(call.caller.accountId));
  const share = owner === account.account ? account.shares.get(id) : undefined;
  if (share === undefined) throw shareRefused(unknownShare(call.region, owner, id));
  return share;
}
