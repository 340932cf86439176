// Owner and consumers: who may read a mesh, who may write into it, who may run an Envoy as one of its resources.
// Only the owner is in a mesh until a share grants it to others; each rule is one sentence of App Mesh's guide
// ("Working with shared meshes").
import type { GrantedShare } from './access.ts';
import type { Key, Kind } from './names.ts';
import { heldSince, type OrganizationState } from './organization.ts';
import { type OrganizationPrincipal, principalOf } from './principal.ts';
import type { Refusal } from './refusal.ts';
import type { MeshState, Resource } from './state.ts';

/** The organizations that a mesh is shared with, by their ids: with the mesh, all that says who may use it. */
export type Organizations = ReadonlyMap<string, OrganizationState>;

/** A mesh with all that says who may use it. */
export interface MeshInView {
  readonly mesh: MeshState;
  /** Those that the mesh is shared with. */
  readonly organizations: Organizations;
}

/** Of a mesh that is shared with no organization. */
export const noOrganizations: Organizations = new Map();

const forbidden = (reason: string): Refusal => ({ refused: 'forbidden', reason });

interface OrganizationGrant {
  readonly text: string;
  readonly principal: OrganizationPrincipal;
}

/** The grants of a mesh that hold only inside an organization. */
interface OrganizationGrants {
  /** The organizations that they name. */
  readonly organizations: readonly string[];
  /** To single accounts, by account: a mesh may be granted to thousands. */
  readonly toMembers: ReadonlyMap<string, readonly OrganizationGrant[]>;
  /** To units and whole organizations. */
  readonly toMany: readonly OrganizationGrant[];
}

const known = new WeakMap<readonly GrantedShare[], OrganizationGrants>();

function organizationGrants({ shares }: Pick<MeshState, 'shares'>): OrganizationGrants {
  const before = known.get(shares);
  if (before !== undefined) return before;
  const texts = new Set(shares.flatMap(({ principals }) => principals));
  const all = [...texts].flatMap((text): readonly OrganizationGrant[] => {
    const principal = principalOf(text);
    return principal === undefined || principal.kind === 'account' ? [] : [{ text, principal }];
  });
  const toMembers = new Map<string, OrganizationGrant[]>();
  for (const grant of all) {
    if (grant.principal.kind !== 'member') continue;
    const { account } = grant.principal;
    toMembers.set(account, [...(toMembers.get(account) ?? []), grant]);
  }
  const grants = {
    organizations: [...new Set(all.map(({ principal }) => principal.organization))],
    toMembers,
    toMany: all.filter(({ principal }) => principal.kind !== 'member'),
  };
  known.set(shares, grants);
  return grants;
}

/** The ids of the organizations that must be known to say who may use a mesh. */
export const organizationsNamed = (mesh: Pick<MeshState, 'shares'>): readonly string[] =>
  organizationGrants(mesh).organizations;

/** Since when somebody may use a mesh: a place in its stream, and a time (ms since the epoch) before which it was not so. */
export interface Standing {
  readonly from: number;
  readonly notBefore: number;
}

/** Since when an account may use a mesh; undefined: it may not. */
function standing(mesh: MeshState, account: string, organizations: Organizations): Standing | undefined {
  if (mesh.owner === account) return { from: 1, notBefore: 0 };
  const invited = mesh.granted.get(account);
  if (invited !== undefined) return { from: invited, notBefore: 0 };
  let first: Standing | undefined;
  const { toMembers, toMany } = organizationGrants(mesh);
  for (const { text, principal } of [...(toMembers.get(account) ?? []), ...toMany]) {
    const organization = organizations.get(principal.organization);
    const notBefore = organization && heldSince(organization, principal, { owner: mesh.owner, account });
    const from = mesh.granted.get(text);
    if (notBefore === undefined || from === undefined) continue;
    if (first === undefined || notBefore < first.notBefore) first = { from, notBefore };
  }
  return first;
}

const noAccess = (mesh: MeshState, accountId: string): Refusal =>
  forbidden(`Account ${accountId} has no access to the mesh ${mesh.meshName} of account ${mesh.owner}`);

/** Whether an account may see the mesh and what is in it. */
export function mayRead(mesh: MeshState, accountId: string, organizations: Organizations): Refusal | undefined {
  return standing(mesh, accountId, organizations) === undefined ? noAccess(mesh, accountId) : undefined;
}

/**
 * From which place in the mesh's stream on an account may look back, and not to a time before: the owner from the first,
 * a consumer from where it was granted the mesh.
 */
export function historyFrom(mesh: MeshState, accountId: string, organizations: Organizations): Standing | Refusal {
  return standing(mesh, accountId, organizations) ?? noAccess(mesh, accountId);
}

/** Whether an account may make a resource of a kind in the mesh: the mesh itself and its gateways only its owner. */
export function mayCreate(mesh: MeshState, accountId: string, kind: Kind): Refusal | undefined {
  const owners = kind === 'mesh' || kind === 'virtualGateway' || kind === 'gatewayRoute';
  if (!owners || mesh.owner === accountId) return undefined;
  return forbidden(`Only the owner of the mesh ${mesh.meshName} may make a ${kind} in it`);
}

/** Whether an account that may see the mesh may change a resource or its tags: only what it owns. */
export function mayChange(accountId: string, resource: Resource): Refusal | undefined {
  if (resource.owner === accountId) return undefined;
  return forbidden(`The ${resource.kind} ${resource.name} is owned by account ${resource.owner}`);
}

/** Whether an account that may see the mesh may read a resource's tags: of what it owns, and the owner of the mesh all. */
export function mayReadTags(mesh: MeshState, accountId: string, resource: Resource): Refusal | undefined {
  return mesh.owner === accountId ? undefined : mayChange(accountId, resource);
}

/** Whether an account may delete a resource: what it owns, and the owner of the mesh everything. */
export function mayDelete(mesh: MeshState, accountId: string, resource: Resource): Refusal | undefined {
  return mesh.owner === accountId ? undefined : mayChange(accountId, resource);
}

/** Whether an Envoy of this account may run as a resource: only the resource's owner's may. */
export function mayStream(
  mesh: MeshState,
  accountId: string,
  resource: Resource,
  organizations: Organizations,
): Refusal | undefined {
  return mayRead(mesh, accountId, organizations) ?? mayChange(accountId, resource);
}

/**
 * The mesh with what its organizations say of those who own something in it, so that it alone tells whose resources are
 * in force. The very same mesh where organizations have no say.
 */
export function settled(mesh: MeshState, organizations: Organizations): MeshState {
  if (organizationsNamed(mesh).length === 0) return mesh;
  let { granted } = mesh;
  for (const account of mesh.owners.keys()) {
    const held = mesh.granted.has(account) ? undefined : standing(mesh, account, organizations);
    if (held !== undefined && account !== mesh.owner) granted = granted.set(account, held.from);
  }
  return granted === mesh.granted ? mesh : { ...mesh, granted };
}

/** Whether traffic may be sent to a resource: its account has access. Of a settled mesh. */
export const isInForce = (mesh: MeshState, { owner }: Pick<Resource, 'owner'>): boolean =>
  mesh.owner === owner || mesh.granted.has(owner);

/** The accounts that own something in the mesh whose access is not what it was. Of settled meshes. */
export const accessChanged = (before: MeshState, after: MeshState): ReadonlySet<string> =>
  new Set(
    before.granted === after.granted
      ? []
      : [...after.owners.keys()].filter((owner) => isInForce(before, { owner }) !== isInForce(after, { owner })),
  );

/** The keys of all that these accounts own in the mesh. */
export function resourcesOf(mesh: MeshState, accounts: ReadonlySet<string>): readonly Key[] {
  if (accounts.size === 0) return [];
  return [...mesh.resources].flatMap(([key, { owner }]) => (accounts.has(owner) ? [key] : []));
}
