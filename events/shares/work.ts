// What is under way in a share: whom it concerns must be pointed to it before it grants anything, and pointers must be
// taken back after it has ended. Whoever finds such work does it, so that a crash in between leaves nothing undone.
import { accountStream, organizationStream } from '../names.ts';
import { principalOf } from '../principal.ts';
import type { AccountState } from '../state.ts';
import { holdsMesh, holdsPrincipal, type Share, type SharePrincipal } from './share.ts';

/** What a share was when pointers were written for it: each mesh and principal with the version that made it so. */
export interface Pointed {
  readonly meshes: readonly (readonly [meshName: string, sequence: number])[];
  readonly principals: readonly (readonly [principal: string, sequence: number])[];
}

export interface Work extends Pointed {
  /** Whose pointers may not be right. */
  readonly streams: readonly string[];
}

const underWay = ({ standing }: { readonly standing: string }): boolean =>
  standing === 'offering' || standing === 'ending';

/** The stream that has the pointers for a principal. */
export function pointersOf({ grant }: Pick<SharePrincipal, 'grant'>): string {
  const principal = principalOf(grant);
  if (principal === undefined) throw new Error(`${grant} is no principal`);
  return 'account' in principal ? accountStream(principal.account) : organizationStream(principal.organization);
}

/** What is to be done in a share, or undefined. */
export function workOf(share: Share): Work | undefined {
  const meshes = [...share.meshes.values()].filter(underWay);
  const principals = [...share.principals.values()].filter(underWay);
  if (meshes.length === 0 && principals.length === 0 && share.status !== 'DELETING') return undefined;
  const concerned = meshes.length === 0 ? principals : [...share.principals.values()].filter(hasPointer);
  return {
    streams: [...new Set([...principals, ...concerned].map(pointersOf))],
    meshes: meshes.map(({ meshName, sequence }) => [meshName, sequence]),
    principals: principals.map(({ principal, sequence }) => [principal, sequence]),
  };
}

// Who rejected an invitation may see that it did.
const hasPointer = (one: SharePrincipal): boolean => holdsPrincipal(one) || one.standing === 'refused';

/** What the pointers of a stream should be, as far as an owner's shares go. */
export interface Pointers {
  readonly shares: readonly string[];
  readonly meshNames: readonly string[];
}

/** What an owner's shares say of the pointers of each of these streams. */
export function pointersIn({ shares }: AccountState, streams: readonly string[]): ReadonlyMap<string, Pointers> {
  const found = new Map(streams.map((stream) => [stream, { shares: new Set<string>(), meshNames: new Set<string>() }]));
  for (const share of shares.values()) {
    if (share.status !== 'ACTIVE') continue;
    const meshNames = [...share.meshes.values()].filter(holdsMesh).map(({ meshName }) => meshName);
    for (const principal of share.principals.values()) {
      const pointers = hasPointer(principal) ? found.get(pointersOf(principal)) : undefined;
      pointers?.shares.add(share.id);
      if (holdsPrincipal(principal)) for (const meshName of meshNames) pointers?.meshNames.add(meshName);
    }
  }
  return new Map(
    [...found].map(([stream, pointers]) => [
      stream,
      { shares: [...pointers.shares].sort(), meshNames: [...pointers.meshNames].sort() },
    ]),
  );
}
