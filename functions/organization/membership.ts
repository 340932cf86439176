// Brings an organization's stream to what its source tells: compares, and appends the differences alone. Who leaves is
// written first, so that access ends even if the rest has to wait.
import type { Commit, Event } from '#events/event.ts';
import { organizationFolding, systemFolding } from '#events/folding.ts';
import { organizationStream, systemStream } from '#events/names.ts';
import { type Membership, membershipEvents, type OrganizationState } from '#events/organization.ts';
import { writableSchema } from '#events/schema.ts';
import type { Position, SystemState } from '#events/state.ts';
import type { EventStore } from '#events/store.ts';
import { type Loaded, type StateCache, stateCache } from '#store/cache.ts';

/** Where an organization is read: a file, AWS Organizations. */
export interface MembershipSource {
  /** The organization as it is now; rejects when it cannot be read as a whole. */
  read(): Promise<Membership>;
}

export interface MembershipWriter {
  /** Writes what differs; calls at the same time take turns. Rejects when the log cannot be read to its end or written. */
  write(told: Membership): Promise<void>;
}

export interface MembershipParts {
  readonly events: Pick<EventStore, 'read' | 'append'>;
  readonly id: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

// Events of one commit. It has to fit an item of any store, and the newest one is read again with every call on a mesh that
// is shared with the organization.
const together = 50;
// Other writers of these streams are few: shares, and other processes that read the same source.
const most = 100;

export function membershipWriter({ events, id, now }: MembershipParts): MembershipWriter {
  const organizations = stateCache<OrganizationState>({ store: events, folding: organizationFolding });
  const systems = stateCache<SystemState>({ store: events, folding: systemFolding });

  async function append(at: Position, happened: readonly Event[]): Promise<boolean> {
    const { writeSchema } = await newest(systems, systemStream);
    const commit: Commit = {
      id: id(),
      stream: at.stream,
      version: at.sequence + 1,
      time: Math.max(now(), at.time),
      schema: writableSchema(writeSchema),
      actor: { accountId: '000000000000', arn: 'heddle' },
      requestId: id(),
      events: happened,
    };
    return (await events.append([commit])).ok;
  }

  /** Appends what `missing` finds until it finds nothing. */
  async function bring<S extends Position>(
    states: StateCache<S>,
    stream: string,
    missing: (state: S) => readonly Event[],
  ): Promise<void> {
    for (let lost = 0; lost < most; ) {
      const state = await newest(states, stream);
      const due = missing(state).slice(0, together);
      if (due.length === 0) return;
      if (!(await append(state, due))) lost += 1;
    }
    throw new Error(`the stream ${stream} was written by others ${most} times meanwhile: try again`);
  }

  const bringMembership = (told: Membership) =>
    bring(organizations, organizationStream(told.id), (state) => membershipEvents(state, told));

  async function writeNow(told: Membership): Promise<void> {
    const { organization: before } = await newest(systems, systemStream);
    // Another organization: nobody is in the one before any more.
    if (before !== undefined && before !== told.id) await bringMembership({ id: before, units: [], accounts: [] });
    await bring(systems, systemStream, ({ organization }) =>
      organization === told.id ? [] : [{ type: 'OrganizationNamed', organization: told.id }],
    );
    await bringMembership(told);
  }

  let turn: Promise<void> = Promise.resolve();
  return {
    write(told) {
      const mine = turn.then(() => writeNow(told));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

async function newest<S extends Position>(states: StateCache<S>, stream: string): Promise<S> {
  const { state, stopped }: Loaded<S> = await states.load(stream);
  if (stopped === undefined) return state;
  throw new Error(`the stream ${stream} cannot be read beyond version ${stopped.version - 1}: ${stopped.reason}`);
}
