// Shares, associations and invitations as RAM's answers show them. Times are seconds since the epoch.
import { arnOf } from '#events/names.ts';
import { invitationArn, meshType, shareArn } from '#events/shares/arn.ts';
import { type InvitationStatus, invitationStatus } from '#events/shares/invitation.ts';
import type { PrincipalStanding, ShareMesh, SharePrincipal } from '#events/shares/share.ts';
import type { OwnedShare, RamCall } from './call.ts';

/** Where and when a document is written. */
type Place = Pick<RamCall, 'region' | 'time'>;

const seconds = (time: number): number => time / 1000;

const times = ({ createdAt, lastUpdatedAt }: { readonly createdAt: number; readonly lastUpdatedAt: number }) => ({
  creationTime: seconds(createdAt),
  lastUpdatedTime: seconds(lastUpdatedAt),
});

/** Tags are for the owner alone. */
export function shareDocument({ region }: Pick<Place, 'region'>, { owner, share }: OwnedShare, withTags: boolean) {
  const { name, allowExternalPrincipals, retained, status, tags } = share;
  return {
    resourceShareArn: shareArn(region, owner, share.id),
    name,
    owningAccountId: owner,
    allowExternalPrincipals,
    status,
    ...(withTags && { tags }),
    ...times(share),
    featureSet: 'STANDARD',
    ...(retained && { resourceShareConfiguration: { retainSharingOnAccountLeaveOrganization: true } }),
  };
}

const statuses: Readonly<Record<PrincipalStanding, string>> = {
  offering: 'ASSOCIATING',
  invited: 'ASSOCIATING',
  granted: 'ASSOCIATED',
  ending: 'DISASSOCIATING',
  ended: 'DISASSOCIATED',
  refused: 'FAILED',
};

export function meshAssociation({ region }: Place, { owner, share }: OwnedShare, mesh: ShareMesh) {
  return {
    resourceShareArn: shareArn(region, owner, share.id),
    resourceShareName: share.name,
    associatedEntity: meshArn(region, owner, mesh.meshName),
    associationType: 'RESOURCE',
    status: statuses[mesh.standing],
    ...times(mesh),
    external: false,
  };
}

export function principalAssociation({ region, time }: Place, { owner, share }: OwnedShare, principal: SharePrincipal) {
  const expired = invitationStatus(principal, time) === 'EXPIRED';
  const failure = expired ? 'The invitation has expired.' : 'The invitation was rejected.';
  return {
    resourceShareArn: shareArn(region, owner, share.id),
    resourceShareName: share.name,
    associatedEntity: principal.principal,
    associationType: 'PRINCIPAL',
    status: expired ? 'FAILED' : statuses[principal.standing],
    ...((expired || principal.standing === 'refused') && { statusMessage: failure }),
    ...times(principal),
    external: principal.external,
  };
}

/** The invitation of a principal; undefined when it has none that anybody should know of. */
export function invitationDocument({ region, time }: Place, { owner, share }: OwnedShare, principal: SharePrincipal) {
  const status: InvitationStatus | undefined = invitationStatus(principal, time);
  if (principal.invitation === undefined || status === undefined) return undefined;
  return {
    resourceShareInvitationArn: invitationArn(region, owner, principal.invitation.id),
    resourceShareName: share.name,
    resourceShareArn: shareArn(region, owner, share.id),
    senderAccountId: owner,
    receiverAccountId: principal.principal,
    invitationTimestamp: seconds(principal.invitation.invitedAt),
    status,
  };
}

/** A mesh in a share; `status` is for invitations alone. */
export function resourceDocument(
  { region }: Pick<Place, 'region'>,
  { owner, share }: OwnedShare,
  mesh: ShareMesh,
  status?: string,
) {
  return {
    arn: meshArn(region, owner, mesh.meshName),
    type: meshType,
    resourceShareArn: shareArn(region, owner, share.id),
    ...(status !== undefined && { status }),
    ...times(mesh),
    resourceRegionScope: 'REGIONAL',
  };
}

export function principalDocument(
  { region }: Pick<Place, 'region'>,
  { owner, share }: OwnedShare,
  { principal, external, ...changed }: Pick<SharePrincipal, 'principal' | 'external' | 'createdAt' | 'lastUpdatedAt'>,
) {
  return { id: principal, resourceShareArn: shareArn(region, owner, share.id), ...times(changed), external };
}

export const meshArn = (region: string, account: string, meshName: string): string =>
  arnOf({ region, account, meshName, key: 'mesh' });
