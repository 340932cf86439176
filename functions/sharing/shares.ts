// Resource shares: made, changed, deleted, tagged and listed.

import { unknownShare } from '#events/shares/decision.ts';
import { isPast } from '#events/shares/evolve.ts';
import type { Share } from '#events/shares/share.ts';
import { granted } from '../refused.ts';
import { type Answered, type OwnedShare, ownShare, type RamCall, shareNamed } from './call.ts';
import { change } from './change.ts';
import { shareDocument } from './document.ts';
import { isGranted, offeredShares } from './offered.ts';
import { ramPage } from './pages.ts';
import { permissionNamed } from './permission.ts';
import { ramError, shareRefused } from './wire.ts';

export async function createResourceShare(call: RamCall): Promise<Answered> {
  const { request } = call;
  const { name = '', resourceArns = [], principals = [], tags = [], permissionArns = [], sources = [] } = request;
  for (const text of permissionArns) permissionNamed(call, text);
  noSources(sources);
  const share = await change(call, call.caller.accountId, {
    type: 'CreateShare',
    ...{ name, resourceArns, principals, tags },
    allowExternalPrincipals: request.allowExternalPrincipals ?? true,
    retained: request.resourceShareConfiguration?.retainSharingOnAccountLeaveOrganization ?? false,
  });
  return { resourceShare: shareDocument(call, share, true), ...tokenOf(call) };
}

export async function updateResourceShare(call: RamCall): Promise<Answered> {
  const { name, allowExternalPrincipals } = call.request;
  const { owner, id } = shareNamed(call, call.request.resourceShareArn ?? '');
  const share = await change(call, owner, {
    type: 'UpdateShare',
    share: id,
    ...(name !== undefined && { name }),
    ...(allowExternalPrincipals !== undefined && { allowExternalPrincipals }),
  });
  return { resourceShare: shareDocument(call, share, true), ...tokenOf(call) };
}

export async function deleteResourceShare(call: RamCall): Promise<Answered> {
  const { owner, id } = shareNamed(call, call.request.resourceShareArn ?? '');
  await change(call, owner, { type: 'DeleteShare', share: id });
  return { returnValue: true, ...tokenOf(call) };
}

export async function tagResource(call: RamCall): Promise<Answered> {
  await change(call, call.caller.accountId, {
    type: 'TagShare',
    share: (await taggedShare(call)).id,
    tags: call.request.tags ?? [],
  });
  return {};
}

export async function untagResource(call: RamCall): Promise<Answered> {
  await change(call, call.caller.accountId, {
    type: 'UntagShare',
    share: (await taggedShare(call)).id,
    keys: call.request.tagKeys ?? [],
  });
  return {};
}

/** Tags are on shares alone: permissions of one's own there are none. */
async function taggedShare(call: RamCall): Promise<Share> {
  const { resourceShareArn, resourceArn } = call.request;
  const text = resourceShareArn ?? resourceArn;
  if (text === undefined) {
    throw ramError(
      'InvalidParameterException',
      'A request must name the resource share in resourceShareArn or resourceArn.',
    );
  }
  return ownShare(call, text);
}

export async function getResourceShares(call: RamCall): Promise<Answered> {
  const { request, region } = call;
  const { resourceShareArns, resourceShareStatus, name, tagFilters = [], permissionArn } = request;
  if (permissionArn !== undefined) permissionNamed(call, permissionArn, request.permissionVersion);
  const own = request.resourceOwner === 'SELF';
  const named = resourceShareArns?.map((text) => shareNamed(call, text));
  const all = await sharesOf(call, named);
  const missing = named?.find(({ owner, id }) => !all.some((one) => one.owner === owner && one.share.id === id));
  if (missing !== undefined) throw shareRefused(unknownShare(region, missing.owner, missing.id));
  const found = all.filter(
    ({ share }) =>
      (resourceShareStatus === undefined || share.status === resourceShareStatus) &&
      (name === undefined || share.name === name) &&
      tagFilters.every((filter) => own && share.tags.some((tag) => fits(tag, filter))),
  );
  const documents = found.map((one) => shareDocument(call, one, own));
  return ramPage(call, 'resourceShares', documents, (one) => one.resourceShareArn);
}

const fits = (
  tag: Share['tags'][number],
  { tagKey, tagValues = [] }: { readonly tagKey?: string; readonly tagValues?: readonly string[] },
): boolean => (tagKey === undefined || tag.key === tagKey) && (tagValues.length === 0 || tagValues.includes(tag.value));

/** The caller's own shares or those that others grant it, as the request asks; those named alone, if any are. */
export async function sharesOf(
  call: RamCall,
  named?: readonly { readonly owner: string; readonly id: string }[],
): Promise<readonly OwnedShare[]> {
  const { accountId } = call.caller;
  const isNamed = ({ owner, share }: OwnedShare): boolean =>
    named?.some((one) => one.owner === owner && one.id === share.id) ?? true;
  if (call.request.resourceOwner !== 'SELF') {
    const owners = named && new Set(named.map(({ owner }) => owner));
    return (await offeredShares(call, owners)).filter((share) => isGranted(share) && isNamed(share));
  }
  const { shares } = granted(await call.ledger.account(accountId));
  const told = [...shares.values()].filter((share) => share.status !== 'DELETED' || !isPast(share, call.time));
  return told.map((share) => ({ owner: accountId, share })).filter(isNamed);
}

/** RAM gives a call's own token back. */
export const tokenOf = ({ request: { clientToken } }: RamCall): Answered =>
  clientToken === undefined ? {} : { clientToken };

/** Sources narrow down principals that are services of AWS, to which no mesh can be shared. */
export function noSources(sources: readonly string[]): void {
  if (sources.length > 0)
    throw ramError('InvalidParameterException', 'Meshes are shared with accounts: a share has no sources.');
}
