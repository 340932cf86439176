// What is under way in shares, done: pointers are written to all whom a share concerns, in batches, then the share is
// settled in one append. Each step is right to do again, so whoever finds work left by a crash does it.
import type { Actor } from '#events/event.ts';
import { pointerEvents } from '#events/shares/pointers.ts';
import { type Pointers, pointersIn, type Work, workOf } from '#events/shares/work.ts';
import type { AccountState } from '#events/state.ts';
import { granted } from '../refused.ts';
import type { Book, BookParts, Cause } from './book.ts';
import { workKey, workView } from './book.ts';

export interface ShareWork {
  /** Does all that is under way in the shares of an account; what takes longer than a call may is left for the next. */
  finish(owner: string, cause: Cause): Promise<void>;
  /** Does what is under way in the shares of all accounts; one that fails is told of and left for the next time. */
  sweep(onTrouble: (owner: string, error: unknown) => void): Promise<void>;
}

/** Streams written to at once. */
const together = 20;
/** A function of API Gateway has 29 seconds to answer. */
const longest = 20_000;

export function createShareWork(parts: BookParts, book: Book): ShareWork {
  const { ledger, views, around } = parts;

  async function point(stream: string, account: AccountState, wanted: Pointers, cause: Cause): Promise<void> {
    const [kind, id = ''] = stream.split('/');
    const read = async () =>
      kind === 'account' ? granted(await ledger.account(id)) : granted(await ledger.organization(id));
    await book.amend(read, (state) => pointerEvents(state, account.account, wanted, account.sequence), cause);
  }

  /** Whether there was anything to do, and whether it took too long to be done to its end. */
  async function finish(owner: string, cause: Cause): Promise<'nothing' | 'done' | 'left'> {
    const until = around.now() + longest;
    for (let found = false; ; found = true) {
      const account = granted(await ledger.account(owner));
      const next = nextWork(account);
      if (next === undefined) return found ? 'done' : 'nothing';
      if (around.now() > until) return 'left';
      const { share, work } = next;
      const wanted = [...pointersIn(account, work.streams)];
      for (let at = 0; at < wanted.length; at += together) {
        if (around.now() > until) return 'left';
        const batch = wanted.slice(at, at + together);
        await Promise.all(batch.map(([stream, pointers]) => point(stream, account, pointers, cause)));
      }
      await book.change({ ...cause, owner, command: { type: 'Settle', share, pointed: work } });
    }
  }

  async function sweep(onTrouble: (owner: string, error: unknown) => void): Promise<void> {
    const marks = await views.list(workView);
    const done = new Set<string>();
    for (const owner of new Set(marks.map(({ key }) => ownerOf(key)))) {
      try {
        const ended = await finish(owner, { caller: sweeper(owner), requestId: around.id() });
        if (ended !== 'left') done.add(owner);
      } catch (error) {
        onTrouble(owner, error);
      }
    }
    await views.deleteAll(
      workView,
      marks.map(({ key }) => key).filter((key) => done.has(ownerOf(key))),
    );
  }

  return {
    async finish(owner, cause) {
      const own = cause.caller.accountId === owner ? cause : { ...cause, caller: sweeper(owner) };
      if ((await finish(owner, own)) === 'done') await views.deleteAll(workView, [workKey(owner, cause)]);
    },
    sweep,
  };
}

const ownerOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** The first share in which something is under way. */
function nextWork({ shares }: AccountState): { readonly share: string; readonly work: Work } | undefined {
  for (const share of shares.values()) {
    const work = workOf(share);
    if (work !== undefined) return { share: share.id, work };
  }
  return undefined;
}

/** Nobody asked: what a call has begun is brought to its end, whoever comes by. */
const sweeper = (accountId: string): Actor => ({ accountId, arn: 'heddle' });
