// The loop around every decision: read the states that decide it, decide, append, and on a lost race begin again.
// Reads are exact: each one looks at the log for what happened since. Calls that come while an append is on its way are
// decided upon what it will make, so that a crowd that writes to one mesh shares a flush of the disk.
import type { Command } from '#events/command.ts';
import { type Decision, decide } from '#events/decide.ts';
import type { Actor, Commit, Event } from '#events/event.ts';
import { emptyAccount, emptyMesh, evolveAccount, evolveMesh } from '#events/evolve.ts';
import { accountFolding, meshFolding, organizationFolding } from '#events/folding.ts';
import { accountStream, meshOfStream, meshStream, organizationStream } from '#events/names.ts';
import type { OrganizationState } from '#events/organization.ts';
import type { Quotas } from '#events/quotas.ts';
import { isRefusal, type Refusal } from '#events/refusal.ts';
import { writableSchema } from '#events/schema.ts';
import { noOrganizations, type Organizations, organizationsNamed } from '#events/sharing.ts';
import type { AccountState, MeshState } from '#events/state.ts';
import type { EventStore, ViewStore } from '#events/store.ts';
import { isStoreFailure } from '#events/store-failure.ts';
import { type Loaded, stateCache } from '#store/cache.ts';
import { awaited, statesAhead } from './states-ahead.ts';

/** From outside: a clock (ms since the epoch), fresh ids, chance (0 to 1), the schema to write in, the quotas. */
export interface Surroundings {
  readonly now: () => number;
  readonly id: () => string;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly writeSchema: () => Promise<number>;
  /** The id of the organization that accounts may be in; none when left out. */
  readonly organization?: () => Promise<string | undefined>;
  /** None when left out. */
  readonly quotas?: Quotas;
}

/** A call that changes a mesh: whose mesh, what is asked, by whom, in which request, with which client. */
export interface Call {
  readonly owner: string;
  readonly meshName: string;
  /** The mesh as this very request has read it. */
  readonly read?: MeshState;
  readonly command: Command;
  readonly caller: Actor;
  readonly requestId: string;
  readonly client?: string | undefined;
  /** The place in the mesh's stream whose spec the call brings back. */
  readonly restored?: number;
}

export type Outcome =
  | { readonly done: 'appended'; readonly before: MeshState; readonly after: MeshState; readonly commit: Commit }
  | {
      readonly done: 'repeated';
      readonly state: MeshState;
      readonly decision: Extract<Decision, { decided: 'repeat' }>;
      readonly commit: Commit;
    }
  | Refusal;

export interface Ledger {
  mesh(owner: string, meshName: string): Promise<MeshState | Refusal>;
  account(account: string): Promise<AccountState | Refusal>;
  /** The organizations that a mesh is shared with: with the mesh, all that says who may use it. */
  organizations(mesh: MeshState): Promise<Organizations | Refusal>;
  organization(id: string): Promise<OrganizationState | Refusal>;
  /** The organization that an account is in now, if it is in one. */
  organizationOf(account: string): Promise<OrganizationState | Refusal | undefined>;
  run(call: Call): Promise<Outcome>;
}

/** How long a call that loses races goes on trying, in milliseconds. */
const patience = 15_000;

export function createLedger(events: EventStore, views: ViewStore, around: Surroundings): Ledger {
  const meshes = stateCache<MeshState>({ store: events, views, folding: meshFolding });
  const accounts = stateCache<AccountState>({ store: events, folding: accountFolding });
  const organizationStates = stateCache<OrganizationState>({ store: events, folding: organizationFolding });
  const meshesAhead = statesAhead<MeshState>();
  const accountsAhead = statesAhead<AccountState>();
  // No mesh was ever made under a name that breaks the form of a stream: nothing is there to be read.
  const mesh = async (owner: string, meshName: string) => {
    const stream = meshStream(owner, meshName);
    return meshOfStream(stream) === undefined ? emptyMesh(owner, meshName) : readable(await meshes.load(stream));
  };
  const account = async (id: string) => readable(await accounts.load(accountStream(id)));

  async function organizations(of: MeshState): Promise<Organizations | Refusal> {
    const ids = organizationsNamed(of);
    if (ids.length === 0) return noOrganizations;
    const loaded = new Map<string, OrganizationState>();
    for (const id of ids) {
      const state = readable(await organizationStates.load(organizationStream(id)));
      if (isRefusal(state)) return state;
      loaded.set(id, state);
    }
    return loaded;
  }

  const organization = async (id: string) => readable(await organizationStates.load(organizationStream(id)));

  async function organizationOf(id: string): Promise<OrganizationState | Refusal | undefined> {
    const named = await around.organization?.();
    if (named === undefined) return undefined;
    const state = await organization(named);
    return isRefusal(state) || state.accounts.has(id) ? state : undefined;
  }

  async function attempt(call: Call, read: MeshState | undefined): Promise<Outcome | 'lost'> {
    const schema = writableSchema(await around.writeSchema());
    // Only calls on a mesh itself touch what its account lists. The account is read first: what it knows of a call that
    // wrote both streams (its client token), the mesh then knows as well.
    const ofMesh = call.command.ref.kind === 'mesh';
    const ownerRead = ofMesh ? await account(call.owner) : emptyAccount(call.owner);
    // What the request has read before is as good: it is what was there at a moment between question and answer.
    const meshRead = (ofMesh ? undefined : read) ?? (await mesh(call.owner, call.meshName));
    if (isRefusal(meshRead)) return meshRead;
    if (isRefusal(ownerRead)) return ownerRead;
    const members = await organizations(meshRead);
    if (isRefusal(members)) return members;
    // From here to the append nobody else has a turn.
    const upon = [meshesAhead.upon(meshRead), accountsAhead.upon(ownerRead)] as const;
    const [{ state: known }, { state: owner }] = upon;
    const allDone = async () => (await Promise.all(upon.map(({ done }) => done))).every((done) => done !== false);
    // What is on its way may share the mesh with one more.
    if (!organizationsNamed(known).every((id) => members.has(id))) return 'lost';
    // A commit's time never runs backwards, so that each time names one state.
    const time = Math.max(around.now(), known.time, owner.time);
    const decision = decide({ mesh: known, account: owner, organizations: members }, call.command, {
      caller: call.caller,
      time,
      uid: around.id(),
      ...(around.quotas && { quotas: around.quotas }),
    });
    // What is on its way may yet come to nothing: no answer is given upon it before.
    if (isRefusal(decision)) return (await allDone()) ? decision : 'lost';
    if (decision.decided === 'repeat') {
      if (!(await allDone())) return 'lost';
      const [commit] = await events.read(known.stream, decision.used.sequence, 1);
      if (commit === undefined) throw new Error(`${known.stream} has no commit ${decision.used.sequence}`);
      return { done: 'repeated', state: known, decision, commit };
    }
    const { command, caller: actor, requestId } = call;
    const client = call.client === undefined ? {} : { client: call.client };
    const clientToken = 'token' in command && command.token !== undefined ? { clientToken: command.token } : {};
    const restored = call.restored === undefined ? {} : { restored: call.restored };
    const base = { id: around.id(), time, schema, actor, requestId, ...client, ...clientToken, ...restored };
    const next = (at: { stream: string; sequence: number }, happened: readonly Event[]): Commit => ({
      ...base,
      stream: at.stream,
      version: at.sequence + 1,
      events: happened,
    });
    const commit = next(known, decision.mesh);
    const after = evolveMesh(known, commit);
    const listed = decision.account.length === 0 ? undefined : next(owner, decision.account);
    const ownerAfter = listed && evolveAccount(owner, listed);
    const appended = events.append(listed === undefined ? [commit] : [commit, listed], awaited(upon));
    meshesAhead.put(after, appended);
    if (ownerAfter !== undefined) accountsAhead.put(ownerAfter, appended);
    const result = await appended;
    if (!result.ok) return 'lost';
    meshes.put(known.stream, after);
    return { done: 'appended', before: known, after, commit };
  }

  return {
    mesh,
    account,
    organizations,
    organization,
    organizationOf,
    async run(call) {
      const started = around.now();
      for (let round = 0; around.now() - started < patience; round += 1) {
        const outcome = await attempt(call, round === 0 ? call.read : undefined).catch(lostWhenBusy);
        if (outcome !== 'lost') return outcome;
        await around.sleep(around.random() * Math.min(1000, 5 * 2 ** round));
      }
      return { refused: 'too-busy', reason: `Too many others write to the mesh ${call.meshName}; try again` };
    },
  };
}

/** A store that is asked too much at once took nothing: the call comes again, as after a lost race. */
function lostWhenBusy(error: unknown): 'lost' {
  if (isStoreFailure(error) && error.busy) return 'lost';
  throw error;
}

function readable<S>(loaded: Loaded<S>): S | Refusal {
  if (loaded.stopped === undefined) return loaded.state;
  return {
    refused: 'unavailable',
    reason: `The log cannot be read beyond version ${loaded.stopped.version - 1}: ${loaded.stopped.reason}`,
  };
}
