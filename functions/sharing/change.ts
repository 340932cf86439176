// A change of a share as a call of RAM's asks for it, and what then is under way done at once, so that the answer shows
// the end of it where nothing comes in between.
import type { ShareCommand } from '#events/shares/command.ts';
import { granted } from '../refused.ts';
import type { OwnedShare, RamCall } from './call.ts';
import { ramTokenOf } from './request.ts';

/** The share after the change. */
export async function change(call: RamCall, owner: string, command: ShareCommand): Promise<OwnedShare> {
  const { book, ledger, operation, request, caller, requestId, client } = call;
  const token = ramTokenOf(operation, request);
  const cause = { caller, requestId, client };
  const done = await book.change({ ...cause, owner, command: { ...command, ...(token && { token }) } });
  await call.finish(owner);
  const { shares } = granted(await ledger.account(owner));
  const share = shares.get(done.share) ?? done.account.shares.get(done.share);
  if (share === undefined) throw new Error(`the share ${done.share} is gone from account ${owner}`);
  return { owner, share };
}
