// What every source of an organization must do: tell of all units and accounts, small or large, and of changes; and tell
// nothing rather than half when it cannot be read.
import { expect, test } from 'vitest';
import type { Membership } from '#events/organization.ts';
import type { MembershipSource } from '#functions/organization/membership.ts';

export interface SourceUnderTest {
  readonly source: MembershipSource;
  /** Makes it so, where the source looks. */
  set(membership: Membership): void;
  /** From here on it cannot be read, or not to its end. */
  spoil(): void;
}

const account = (number: number): string => String(number).padStart(12, '0');

const small: Membership = { id: 'o-small', units: [], accounts: [account(1)] };
const large: Membership = {
  id: 'o-large',
  accounts: Array.from({ length: 5 }, (_, at) => account(at + 1)),
  units: [
    { id: 'ou-a', accounts: [account(100)] },
    { id: 'ou-b', accounts: [account(101), account(102), account(103)] },
    { id: 'ou-c', accounts: [] },
    { id: 'ou-b-a', parent: 'ou-b', accounts: [account(110)] },
    { id: 'ou-b-a-a', parent: 'ou-b-a', accounts: [account(111), account(112), account(113)] },
  ],
};

const plain = ({ id, units, accounts }: Membership) => ({
  id,
  accounts: accounts.toSorted(),
  units: units.map((unit) => ({ ...unit, accounts: unit.accounts.toSorted() })).toSorted(byId),
});
const byId = (left: { readonly id: string }, right: { readonly id: string }) => (left.id < right.id ? -1 : 1);

/** `start` gives a source of its own that tells of nothing yet. */
export function organizationSuite(start: () => SourceUnderTest): void {
  test.each([
    ['with one account', small],
    ['with units in units', large],
    ['that is empty', { id: 'o-empty', units: [], accounts: [] }],
  ])('tells of an organization %s', async (_what, membership) => {
    const { source, set } = start();
    set(membership);
    expect(plain(await source.read())).toEqual(plain(membership));
  });

  test('tells of what is there now', async () => {
    const { source, set } = start();
    set(large);
    await source.read();
    set(small);
    expect(plain(await source.read())).toEqual(plain(small));
  });

  test('rejects with a reason rather than tell of half', async () => {
    const { source, set, spoil } = start();
    set(large);
    spoil();
    await expect(source.read()).rejects.toThrow(/\S/);
  });
}
