// given(what happened).when(a command).thenHappens(events) or .thenRefused(why): the rules of App Mesh as sentences.
// The world here is two streams, a mesh's and its owner's, appended to as the API does it.
import { expect } from 'vitest';
import type { Command } from '#events/command.ts';
import { type Decision, decide } from '#events/decide.ts';
import type { AccountEvent, Actor, Commit, MeshEvent } from '#events/event.ts';
import { emptyAccount, emptyMesh, evolveAccount, evolveMesh } from '#events/evolve.ts';
import type { Quotas } from '#events/quotas.ts';
import { isRefusal, type Refusal } from '#events/refusal.ts';
import { noOrganizations, type Organizations } from '#events/sharing.ts';
import type { AccountState, MeshState, Position } from '#events/state.ts';
import { create, type Document, meshName } from './documents.ts';

export const owner: Actor = { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/owner' };
export const stranger: Actor = { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:user/stranger' };

export interface World {
  readonly mesh: MeshState;
  readonly account: AccountState;
  /** The commits of both streams, in the order in which they were made. */
  readonly log: readonly Commit[];
  readonly organizations: Organizations;
  /** How many commands were asked: the next uid and commit id are made of it. */
  readonly asked: number;
}

/** A command with who asks it (the owner), when (a second after the commit before; milliseconds) and the quotas (none). */
export interface Asked {
  readonly command: Command;
  readonly by?: Actor;
  readonly at?: number;
  readonly quotas?: Quotas;
}

/** What came before: a commit to fold, a document that its owner created, or a command. */
export type Step = Commit | Document | Asked | Command;

export const nothing: World = {
  mesh: emptyMesh(owner.accountId, meshName),
  account: emptyAccount(owner.accountId),
  log: [],
  organizations: noOrganizations,
  asked: 0,
};

function askedOf(step: Document | Asked | Command): Asked {
  if ('command' in step) return step;
  return { command: 'type' in step ? step : create(step) };
}

/** Decides a command and folds what it leads to. */
export function ask(world: World, step: Document | Asked | Command): { readonly decision: Decision; world: World } {
  const { command, by: caller = owner, at: time = world.mesh.time + 1000, quotas } = askedOf(step);
  const asked = world.asked + 1;
  const decision = decide(world, command, { caller, time, uid: `uid-${asked}`, ...(quotas && { quotas }) });
  if (isRefusal(decision) || decision.decided === 'repeat') return { decision, world: { ...world, asked } };
  const clientToken = 'token' in command && command.token !== undefined ? { clientToken: command.token } : {};
  const base = { id: `commit-${asked}`, time, schema: 1, actor: caller, requestId: `request-${asked}`, ...clientToken };
  const next = (at: Position, events: Commit['events']): Commit => ({
    ...base,
    stream: at.stream,
    version: at.sequence + 1,
    events,
  });
  const ofMesh = next(world.mesh, decision.mesh);
  const mesh = evolveMesh(world.mesh, ofMesh);
  if (decision.account.length === 0) return { decision, world: { ...world, mesh, log: [...world.log, ofMesh], asked } };
  const ofAccount = next(world.account, decision.account);
  const account = evolveAccount(world.account, ofAccount);
  return { decision, world: { ...world, mesh, account, log: [...world.log, ofMesh, ofAccount], asked } };
}

function after(world: World, step: Step): World {
  if ('events' in step) return { ...world, mesh: evolveMesh(world.mesh, step), log: [...world.log, step] };
  const { decision, world: next } = ask(world, step);
  if (isRefusal(decision)) throw new Error(`what was given was refused: ${JSON.stringify(decision)}`);
  return next;
}

export interface Then {
  /** Exactly these events follow, in the mesh's stream and in the account's. */
  thenHappens(mesh: readonly MeshEvent[], account?: readonly AccountEvent[]): void;
  /** The command is refused; members that `refusal` leaves out may be anything. */
  thenRefused(refusal: Partial<Refusal> & Pick<Refusal, 'refused'>): void;
  /** The member paths that the command is refused for, each with a message that names it. */
  thenInvalidAt(...paths: readonly string[]): void;
  /** The document is taken as it is: its resource is made or changed. */
  thenAccepted(): void;
  /** The answer of the commit at this place is given again, and nothing happens. */
  thenRepeats(sequence: number): void;
  readonly world: World;
}

export interface Given extends World {
  when(asked: Asked | Command): Then;
}

export const given = (...steps: readonly Step[]): Given => givenThat(nothing, ...steps);

/** The same, from another beginning. */
export function givenThat(beginning: World, ...steps: readonly Step[]): Given {
  const world = steps.reduce(after, beginning);
  return { ...world, when: (asked) => then(ask(world, asked)) };
}

function then({ decision, world }: { readonly decision: Decision; readonly world: World }): Then {
  return {
    world,
    thenHappens(mesh, account = []) {
      expect(decision).toEqual({ decided: 'append', mesh, account });
    },
    thenRefused(refusal) {
      expect(decision).toMatchObject(refusal);
    },
    thenInvalidAt(...paths) {
      if (!isRefusal(decision) || decision.refused !== 'invalid') {
        expect.fail(`not invalid: ${JSON.stringify(decision)}`);
      }
      expect(decision.faults.map((fault) => fault.path)).toEqual(paths);
      for (const fault of decision.faults) expect(fault.message).toContain(fault.path);
    },
    thenAccepted() {
      expect(decision).toMatchObject({ decided: 'append', mesh: [{ spec: expect.anything() }] });
    },
    thenRepeats(sequence) {
      expect(decision).toMatchObject({ decided: 'repeat', used: { sequence } });
    },
  };
}
