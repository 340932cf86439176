// Who is in an organization: its units and accounts, folded from its stream, and the rules that read them. What its
// membership is told by (a file, AWS Organizations) is compared with the state, and only the differences happen.
import { Map as PersistentMap } from 'immutable';
import type { Commit, OrganizationEvent } from './event.ts';
import { organizationStream } from './names.ts';
import { type OfferedMesh, offeredAfter } from './offer.ts';
import type { MembershipEvent } from './organization-event.ts';
import type { OrganizationPrincipal } from './principal.ts';
import { type OfferedShares, sharesOfferedAfter } from './shares/offered.ts';
import type { Position } from './state.ts';

/** Where an account or a unit is: in which unit (none: right below the root), since when (ms since the epoch). */
interface Placed {
  readonly unit?: string;
  readonly since: number;
}

export interface OrganizationState extends Position {
  readonly organization: string;
  readonly units: PersistentMap<string, Placed>;
  readonly accounts: PersistentMap<string, Placed>;
  /** Since when meshes may be shared inside it without invitations; undefined: they may not. */
  readonly sharingSince?: number;
  /** What it was offered, by the stream of the mesh. */
  readonly offered: PersistentMap<string, OfferedMesh>;
  /** The shares that concern it, by their owner. */
  readonly sharesOffered: PersistentMap<string, OfferedShares>;
}

export function emptyOrganization(organization: string): OrganizationState {
  return {
    stream: organizationStream(organization),
    sequence: 0,
    time: 0,
    organization,
    units: PersistentMap(),
    accounts: PersistentMap(),
    offered: PersistentMap(),
    sharesOffered: PersistentMap(),
  };
}

/** Folds one commit into the state of its organization. */
export function evolveOrganization(before: OrganizationState, commit: Commit): OrganizationState {
  let state = before;
  for (const event of commit.events) state = evolved(state, event as OrganizationEvent, commit.time);
  return { ...state, sequence: commit.version, commitId: commit.id, time: commit.time };
}

function evolved(state: OrganizationState, event: OrganizationEvent, since: number): OrganizationState {
  switch (event.type) {
    case 'OrganizationAccountPlaced':
      return { ...state, accounts: state.accounts.set(event.account, placed(event.unit, since)) };
    case 'OrganizationAccountRemoved':
      return { ...state, accounts: state.accounts.delete(event.account) };
    case 'OrganizationUnitPlaced':
      return { ...state, units: state.units.set(event.unit, placed(event.parent, since)) };
    case 'OrganizationUnitRemoved':
      return { ...state, units: state.units.delete(event.unit) };
    case 'OrganizationSharingSet': {
      const { sharingSince: _before, ...rest } = state;
      return event.enabled ? { sharingSince: since, ...state } : rest;
    }
    case 'MeshOffered':
    case 'MeshOfferEnded':
      return { ...state, offered: offeredAfter(state.offered, event) };
    case 'SharesOffered':
      return { ...state, sharesOffered: sharesOfferedAfter(state.sharesOffered, event) };
    default:
      throw new Error(`${(event as { type: string }).type} does not belong into the stream of an organization`);
  }
}

const placed = (unit: string | undefined, since: number): Placed => ({ ...(unit !== undefined && { unit }), since });

/**
 * Since when (ms since the epoch) an owner's grant to a principal of the organization holds for an account; undefined:
 * it does not. The owner must be in the organization, too, and sharing must be enabled there (RAM user guide, "Sharing
 * with AWS Organizations").
 */
export function heldSince(
  state: OrganizationState,
  principal: OrganizationPrincipal,
  { owner, account }: { readonly owner: string; readonly account: string },
): number | undefined {
  if (principal.kind === 'member' && principal.account !== account) return undefined;
  const ownerSince = state.accounts.get(owner)?.since;
  const memberSince =
    principal.kind === 'unit' ? inUnitSince(state, account, principal.unit) : state.accounts.get(account)?.since;
  if (state.sharingSince === undefined || ownerSince === undefined || memberSince === undefined) return undefined;
  return Math.max(state.sharingSince, ownerSince, memberSince);
}

/** Since when an account is in a unit or in one below it. */
function inUnitSince({ units, accounts }: OrganizationState, account: string, unit: string): number | undefined {
  let at: Placed | undefined = accounts.get(account);
  let since = 0;
  // Who writes a file may write a ring of units: each is looked at once.
  for (const seen = new Set<string>(); at?.unit !== undefined && !seen.has(at.unit); at = units.get(at.unit)) {
    seen.add(at.unit);
    since = Math.max(since, at.since);
    if (at.unit === unit && units.has(unit)) return since;
  }
  return undefined;
}

/** An organization as its source tells of it; every account once, `sharingEnabled` left out where that is none of its business. */
export interface Membership {
  readonly id: string;
  readonly units: readonly { readonly id: string; readonly parent?: string; readonly accounts: readonly string[] }[];
  /** Accounts in no unit. */
  readonly accounts: readonly string[];
  readonly sharingEnabled?: boolean;
}

/** What must happen for the state to be what the source says; those who leave come first. */
export function membershipEvents(state: OrganizationState, told: Membership): readonly MembershipEvent[] {
  const { sharingEnabled: enabled } = told;
  const units = new Map(told.units.map(({ id, parent }) => [id, parent]));
  const accounts = new Map<string, string | undefined>(told.accounts.map((account) => [account, undefined]));
  for (const { id, accounts: inside } of told.units) for (const account of inside) accounts.set(account, id);
  const sharing =
    enabled === undefined || enabled === (state.sharingSince !== undefined)
      ? []
      : [{ type: 'OrganizationSharingSet', enabled } as const];
  return [
    ...(enabled === false ? sharing : []),
    ...missing(state.accounts, accounts).map((account) => ({ type: 'OrganizationAccountRemoved', account }) as const),
    ...missing(state.units, units).map((unit) => ({ type: 'OrganizationUnitRemoved', unit }) as const),
    ...moved(state.units, units).map(
      ([unit, parent]) => ({ type: 'OrganizationUnitPlaced', unit, ...(parent !== undefined && { parent }) }) as const,
    ),
    ...moved(state.accounts, accounts).map(
      ([account, unit]) =>
        ({ type: 'OrganizationAccountPlaced', account, ...(unit !== undefined && { unit }) }) as const,
    ),
    ...(enabled === true ? sharing : []),
  ];
}

const missing = (before: PersistentMap<string, Placed>, after: ReadonlyMap<string, unknown>): readonly string[] =>
  [...before.keys()].filter((id) => !after.has(id)).sort();

const moved = (before: PersistentMap<string, Placed>, after: ReadonlyMap<string, string | undefined>) =>
  [...after]
    .filter(([id, unit]) => !before.has(id) || before.get(id)?.unit !== unit)
    .sort(([left], [right]) => (left < right ? -1 : 1));
