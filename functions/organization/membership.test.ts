// The writer of an organization's membership: what is told is what is written, as differences, whatever else happens.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import { emptySystem, evolveSystem } from '#events/evolve.ts';
import { emptyOrganization, evolveOrganization, type Membership, membershipEvents } from '#events/organization.ts';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore } from '#store/memory.ts';
import { membershipWriter } from './membership.ts';

const one = '111111111111';
const two = '222222222222';
const three = '333333333333';

const writerOn = (events: Pick<EventStore, 'read' | 'append'>) =>
  membershipWriter({ events, id: randomUUID, now: () => 5 });

async function organization(events: EventStore, id: string) {
  return (await events.read(`organization/${id}`, 1)).reduce(evolveOrganization, emptyOrganization(id));
}

const told = (state: Awaited<ReturnType<typeof organization>>): unknown => ({
  units: [...state.units].map(([id, { unit }]) => [id, unit]).sort(),
  accounts: [...state.accounts].map(([id, { unit }]) => [id, unit]).sort(),
});

const wanted = ({ units, accounts }: Membership): unknown => ({
  units: units.map(({ id, parent }) => [id, parent]).sort(),
  accounts: [
    ...accounts.map((account) => [account, undefined]),
    ...units.flatMap((unit) => unit.accounts.map((account) => [account, unit.id])),
  ].sort(),
});

const first: Membership = {
  id: 'o-a',
  units: [{ id: 'ou-x', accounts: [two] }],
  accounts: [one],
  sharingEnabled: true,
};

test('writes who is there, once, and names the organization', async () => {
  const events = memoryEventStore();
  const writer = writerOn(events);
  await writer.write(first);
  await writer.write(first);
  const [commit, ...others] = await events.read('organization/o-a', 1);
  expect(others).toEqual([]);
  expect(commit?.events).toEqual([
    { type: 'OrganizationUnitPlaced', unit: 'ou-x' },
    { type: 'OrganizationAccountPlaced', account: one },
    { type: 'OrganizationAccountPlaced', account: two, unit: 'ou-x' },
    { type: 'OrganizationSharingSet', enabled: true },
  ]);
  const system = (await events.read('system', 1)).reduce(evolveSystem, emptySystem());
  expect(system.organization).toBe('o-a');
});

test('writes the differences, those who leave first', async () => {
  const events = memoryEventStore();
  const writer = writerOn(events);
  await writer.write(first);
  await writer.write({ id: 'o-a', units: [], accounts: [two, three], sharingEnabled: false });
  const [, second] = await events.read('organization/o-a', 1);
  expect(second?.events).toEqual([
    { type: 'OrganizationSharingSet', enabled: false },
    { type: 'OrganizationAccountRemoved', account: one },
    { type: 'OrganizationUnitRemoved', unit: 'ou-x' },
    { type: 'OrganizationAccountPlaced', account: two },
    { type: 'OrganizationAccountPlaced', account: three },
  ]);
});

test('leaves sharing alone where the source says nothing of it', async () => {
  const events = memoryEventStore();
  const writer = writerOn(events);
  await writer.write(first);
  await writer.write({ id: 'o-a', units: [], accounts: [one] });
  expect((await organization(events, 'o-a')).sharingSince).toBe(5);
});

test('another organization takes the place of the one before, which is left by all', async () => {
  const events = memoryEventStore();
  const writer = writerOn(events);
  await writer.write(first);
  await writer.write({ id: 'o-b', units: [], accounts: [one] });
  expect((await organization(events, 'o-a')).accounts.isEmpty()).toBe(true);
  expect((await organization(events, 'o-b')).accounts.has(one)).toBe(true);
});

test('a large organization is written in commits that fit', async () => {
  const events = memoryEventStore();
  const accounts = Array.from({ length: 2_500 }, (_, at) => String(at).padStart(12, '0'));
  await writerOn(events).write({ id: 'o-a', units: [], accounts });
  expect((await organization(events, 'o-a')).accounts.size).toBe(2_500);
  const commits = await events.read('organization/o-a', 1);
  expect(Math.max(...commits.map((commit) => commit.events.length))).toBe(50);
  expect(commits).toHaveLength(50);
});

describe('with others at the same streams', () => {
  test('a lost race is tried again on what the other wrote', async () => {
    const events = memoryEventStore();
    const meddling: Pick<EventStore, 'read' | 'append'> = {
      read: events.read,
      async append(commits) {
        const [commit] = commits;
        if (commit?.stream === 'organization/o-a' && commit.version === 1) {
          const offered = { type: 'MeshOffered', meshOwner: one, meshName: 'm' } as const;
          await events.append([{ ...(commit as Commit), id: 'other', events: [offered] }]);
        }
        return events.append(commits);
      },
    };
    await writerOn(meddling).write(first);
    const state = await organization(events, 'o-a');
    expect(told(state)).toEqual(wanted(first));
    expect(state.offered.size).toBe(1);
  });

  test('two writers of the same come to the same', async () => {
    const events = memoryEventStore();
    await Promise.all([writerOn(events).write(first), writerOn(events).write(first), writerOn(events).write(first)]);
    expect(told(await organization(events, 'o-a'))).toEqual(wanted(first));
  });
});

const membership: fc.Arbitrary<Membership> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('ou-a', 'ou-b', 'ou-c')),
    fc.dictionary(fc.constantFrom(one, two, three), fc.constantFrom('', 'ou-a', 'ou-b', 'ou-c')),
    fc.option(fc.boolean(), { nil: undefined }),
  )
  .map(([units, places, sharingEnabled]) => {
    const inUnit = (unit: string) => Object.keys(places).filter((account) => places[account] === unit);
    return {
      id: 'o-a',
      units: units.map((id, at) => ({ id, ...(at > 0 && { parent: units[at - 1] ?? '' }), accounts: inUnit(id) })),
      accounts: inUnit(''),
      ...(sharingEnabled !== undefined && { sharingEnabled }),
    };
  });

test('after any changes the state is what was told last, and nothing is left to do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(membership, { minLength: 1, maxLength: 6 }), async (all) => {
      const events = memoryEventStore();
      const writer = writerOn(events);
      for (const next of all) await writer.write(next);
      const last = all.at(-1) ?? expect.fail('nothing was told');
      const state = await organization(events, 'o-a');
      expect(told(state)).toEqual(wanted(last));
      expect(membershipEvents(state, last)).toEqual([]);
    }),
  );
});
