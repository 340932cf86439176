// The loop around every change of a share: read the owner's stream, decide, append what happens to it and to the meshes
// that it grants otherwise from then on, in one append; on a lost race begin again.
import type { Actor, Commit, Event } from '#events/event.ts';
import { evolveAccount } from '#events/evolve.ts';
import { writableSchema } from '#events/schema.ts';
import { accessAfter, meshesTouched } from '#events/shares/access.ts';
import type { ShareCommand } from '#events/shares/command.ts';
import { decideShare } from '#events/shares/decide.ts';
import { isShareRefusal } from '#events/shares/refusal.ts';
import { workOf } from '#events/shares/work.ts';
import { type AccountState, type MeshState, meshOf, type Position } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import type { Ledger, Surroundings } from '../ledger.ts';
import { granted } from '../refused.ts';
import { organizationOf } from './organization-of.ts';
import { ramError, shareRefused } from './wire.ts';

/** From whom a change comes, and in which request. */
export interface Cause {
  readonly caller: Actor;
  readonly requestId: string;
  readonly client?: string | undefined;
}

export interface ShareCall extends Cause {
  /** The account that owns the share. */
  readonly owner: string;
  readonly command: ShareCommand;
}

/** The owner's account after a call, and the share that it was about. */
export interface ShareOutcome {
  readonly account: AccountState;
  readonly share: string;
}

export interface BookParts {
  readonly ledger: Ledger;
  readonly events: Pick<EventStore, 'append' | 'read'>;
  readonly views: Pick<ViewStore, 'put' | 'list' | 'deleteAll'>;
  readonly around: Surroundings;
  readonly region: string;
}

/** Changes shares; what RAM or the store says no to ends the call. */
export interface Book {
  change(call: ShareCall): Promise<ShareOutcome>;
  /** Appends to one stream what follows from its state; nothing when nothing follows. */
  amend<S extends Position>(
    read: () => Promise<S>,
    follows: (state: S) => readonly Event[],
    cause: Cause,
  ): Promise<void>;
}

/** How long a call that loses races goes on trying, in milliseconds. */
const patience = 15_000;

/** Accounts with something under way, for the sweep to find; what is missing there, the account's next call finds. */
export const workView = 'sharing-work';
/** One a request: what another request has begun is not taken for done. */
export const workKey = (owner: string, { requestId }: Pick<Cause, 'requestId'>): string => `${owner}/${requestId}`;

export function createBook({ ledger, events, views, around, region }: BookParts): Book {
  async function commitOf(cause: Cause, time: number): Promise<(at: Position, happened: readonly Event[]) => Commit> {
    const { caller: actor, requestId, client } = cause;
    const schema = writableSchema(await around.writeSchema());
    const base = { id: around.id(), time, schema, actor, requestId, ...(client !== undefined && { client }) };
    return ({ stream, sequence }, happened) => ({ ...base, stream, version: sequence + 1, events: happened });
  }

  async function attempt(call: ShareCall): Promise<ShareOutcome | 'lost'> {
    const { owner, command, caller } = call;
    const account = granted(await ledger.account(owner));
    const organization = await organizationOf(ledger, owner);
    const time = Math.max(around.now(), account.time);
    const ids = Array.from({ length: freshIds(command) }, around.id);
    const found = { caller, time, region, ids, ...(organization && { organization }) };
    const decision = decideShare(account, command, found);
    if (isShareRefusal(decision)) throw shareRefused(decision);
    if (decision.decided === 'repeat') return { account, share: await sharedBy(account, decision.sequence) };
    const { share, events: happened } = decision;
    if (happened.length === 0) return { account, share };
    const token = command.token === undefined ? {} : { clientToken: command.token };
    const own = { ...(await commitOf(call, time))(account, happened), ...token };
    const before = account.shares.get(share);
    const names = meshesTouched(before, evolveAccount(account, own).shares.get(share));
    const meshes: readonly MeshState[] = await Promise.all(
      names.map(async (name) => granted(await ledger.mesh(owner, name))),
    );
    // It was deleted meanwhile, and so is in no share any more.
    if (meshes.some((mesh) => meshOf(mesh) === undefined)) return 'lost';
    // A commit's time never runs backwards, in any of the streams.
    const common = { id: own.id, time: Math.max(own.time, ...meshes.map((mesh) => mesh.time)) };
    const commit = { ...own, ...common };
    const after = evolveAccount(account, commit);
    const changed = after.shares.get(share);
    if (changed === undefined) throw new Error(`the share ${share} is gone from ${account.stream}`);
    if (workOf(changed) !== undefined) await views.put(workView, { key: workKey(owner, call), value: {} });
    const next = await commitOf(call, common.time);
    const commits = meshes.map((mesh) => ({ ...next(mesh, [accessAfter(mesh, changed)]), ...common }));
    const { ok } = await events.append([commit, ...commits]);
    return ok ? { account: after, share } : 'lost';
  }

  /** The share that the commit at a version was about. */
  async function sharedBy({ stream }: AccountState, sequence: number): Promise<string> {
    const [commit] = await events.read(stream, sequence, 1);
    const found = commit?.events.flatMap((event) => ('share' in event ? [event.share] : []))[0];
    if (found === undefined) throw new Error(`the commit ${sequence} of ${stream} is about no share`);
    return found;
  }

  async function persisting<T>(once: () => Promise<T | 'lost'>): Promise<T> {
    const started = around.now();
    for (let round = 0; around.now() - started < patience; round += 1) {
      const outcome = await once();
      if (outcome !== 'lost') return outcome;
      await around.sleep(around.random() * Math.min(1000, 5 * 2 ** round));
    }
    throw ramError('ThrottlingException', 'Too many others change the same resource shares; try again.');
  }

  return {
    change: (call) => persisting(() => attempt(call)),
    amend: (read, follows, cause) =>
      persisting(async () => {
        const state = await read();
        const happened = follows(state);
        if (happened.length === 0) return undefined;
        const next = await commitOf(cause, Math.max(around.now(), state.time));
        return (await events.append([next(state, happened)])).ok ? undefined : 'lost';
      }),
  };
}

/** One for a share, one for each principal that may need an invitation. */
const freshIds = (command: ShareCommand): number => ('principals' in command ? command.principals.length + 1 : 0);
