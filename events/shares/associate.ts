// Who and what can be put into a share. Each rule is RAM's or App Mesh's ("Working with shared meshes"): meshes of the
// owner alone, and as principals accounts, and units and organizations of the owner's own organization.
import { parseArn } from '../names.ts';
import { heldSince, type OrganizationState } from '../organization.ts';
import { memberPrincipal, principalOf } from '../principal.ts';
import type { AccountState } from '../state.ts';
import { meshType } from './arn.ts';
import type { ShareCircumstances } from './command.ts';
import type { MeshAssociation, PrincipalAssociation } from './event.ts';
import { invitationStatus } from './invitation.ts';
import { refuse, type ShareRefusal } from './refusal.ts';
import { holdsMesh, holdsPrincipal, type Share } from './share.ts';

/** The most meshes of a share: what it grants is one append to their streams and the owner's. */
export const meshesPerShare = 90;
/** The most resources, and the most principals, that one call may name: it is one commit. */
const namedPerCall = 1000;

/** The names of the meshes that a request names by ARN, each once; they are the owner's own and exist. */
export function meshesNamed(
  account: AccountState,
  region: string,
  resourceArns: readonly string[],
): readonly string[] | ShareRefusal {
  const names = new Set<string>();
  for (const text of resourceArns) {
    if (!/^arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:[^:]*:\S+$/.test(text)) {
      return refuse('malformed-arn', `The resource ARN ${text} is malformed. Verify the ARN and try again.`);
    }
    const arn = parseArn(text);
    if (arn?.key !== 'mesh') {
      return refuse(
        'invalid-parameter',
        `The resource ${text} is not of the type ${meshType}, which alone can be shared.`,
      );
    }
    if (arn.account !== account.account) {
      return refuse('not-permitted', `The resource ${text} is owned by another account and cannot be shared again.`);
    }
    if (arn.region !== region || !account.meshes.has(arn.meshName)) {
      return refuse('unknown-resource', `The resource ${text} could not be found.`);
    }
    names.add(arn.meshName);
  }
  return [...names];
}

/** Puts meshes into a share; those that are in it already stay as they are. */
export function addMeshes(
  share: Share | undefined,
  names: readonly string[],
): readonly MeshAssociation[] | ShareRefusal {
  const held = share === undefined ? [] : [...share.meshes.values()].filter(holdsMesh).map(({ meshName }) => meshName);
  const added = names.filter((name) => !held.includes(name));
  if (held.length + added.length > meshesPerShare) {
    return refuse('share-limit', `A resource share can hold at most ${meshesPerShare} meshes.`);
  }
  return added.map((meshName) => ({ meshName, standing: 'offering' }));
}

interface Rules {
  readonly allowExternalPrincipals: boolean;
  readonly retained: boolean;
}

/** Puts principals into a share; those that are in it or have an invitation that holds stay as they are. */
export function addPrincipals(
  owner: string,
  share: Share | undefined,
  rules: Rules,
  principals: readonly string[],
  { ids, time, organization }: ShareCircumstances,
): readonly PrincipalAssociation[] | ShareRefusal {
  const added: PrincipalAssociation[] = [];
  for (const [index, text] of [...new Set(principals)].entries()) {
    const entry = entryOf(owner, text, organization, rules);
    if ('refused' in entry) return entry;
    const before = share?.principals.get(text);
    const expired = before !== undefined && invitationStatus(before, time) === 'EXPIRED';
    if (before !== undefined && holdsPrincipal(before) && !expired) continue;
    const { invited, ...rest } = entry;
    const id = ids[index + 1];
    if (id === undefined) throw new Error('fewer fresh ids than principals');
    added.push({ ...rest, standing: 'offering', ...(invited && { invitation: id }) });
  }
  return added;
}

type Entry = Required<Pick<PrincipalAssociation, 'principal' | 'grant' | 'external'>> & { readonly invited: boolean };

function entryOf(
  owner: string,
  text: string,
  organization: OrganizationState | undefined,
  { allowExternalPrincipals, retained }: Rules,
): Entry | ShareRefusal {
  if (/^arn:aws[a-z-]*:(iam|sts)::/.test(text)) {
    return refuse(
      'invalid-parameter',
      `Resources of the type ${meshType} cannot be shared with IAM users or roles: ${text}`,
    );
  }
  const principal = principalOf(text);
  if (principal === undefined || principal.kind === 'member') {
    return refuse('invalid-parameter', `Principal ID ${text} is malformed. Verify the ID and try again.`);
  }
  if (principal.kind !== 'account') {
    const shared = organization?.organization === principal.organization && sharesInside(organization, owner);
    if (principal.kind === 'organization') {
      if (shared) return { principal: text, grant: text, external: false, invited: false };
      return refuse('unknown-resource', `Organization ${principal.organization} could not be found.`);
    }
    if (shared && organization.units.has(principal.unit)) {
      return { principal: text, grant: text, external: false, invited: false };
    }
    return refuse('unknown-resource', `OrganizationalUnit ${principal.unit} could not be found.`);
  }
  const { account } = principal;
  if (account === owner) {
    return refuse('invalid-parameter', `Principal ID ${text} is the owner of the resource share.`);
  }
  const home = homeOf(organization, owner, account);
  if (home === undefined && !allowExternalPrincipals) return notInside(account);
  if (home === undefined || !sharesInside(home, owner)) {
    return { principal: text, grant: account, external: home === undefined, invited: true };
  }
  const grant = retained ? account : memberPrincipal(home.organization, account);
  return { principal: text, grant, external: false, invited: false };
}

/** The organization that both accounts are in. */
export const homeOf = (
  organization: OrganizationState | undefined,
  owner: string,
  account: string,
): OrganizationState | undefined =>
  organization?.accounts.has(owner) && organization.accounts.has(account) ? organization : undefined;

/** The refusal of an account that is not in the organization, by a share that is closed to others. */
export const notInside = (account: string): ShareRefusal =>
  refuse(
    'not-permitted',
    `The resource share allows no principals outside of its owner's organization, and ${account} is not in it.`,
  );

/** Whether an owner's shares need no invitations in its organization. */
const sharesInside = (organization: OrganizationState, owner: string): boolean =>
  heldSince(
    organization,
    { kind: 'organization', organization: organization.organization },
    { owner, account: owner },
  ) !== undefined;

/** Refuses a request that names more than one commit can bear. */
export function tooMany(named: readonly string[]): ShareRefusal | undefined {
  if (named.length <= namedPerCall) return undefined;
  return refuse('invalid-parameter', `A request can name at most ${namedPerCall} resources, and as many principals.`);
}
