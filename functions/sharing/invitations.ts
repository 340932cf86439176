// Invitations: what an account outside of the owner's organization is offered, accepts or rejects.
import { holdsMesh } from '#events/shares/share.ts';
import { type Answered, invitationNamed, type RamCall, shareNamed } from './call.ts';
import { change } from './change.ts';
import { invitationDocument, resourceDocument } from './document.ts';
import { type OfferedShare, offeredShares } from './offered.ts';
import { ramPage } from './pages.ts';
import { tokenOf } from './shares.ts';
import { ramError } from './wire.ts';

export const acceptResourceShareInvitation = (call: RamCall): Promise<Answered> => answerInvitation(call, 'Accept');
export const rejectResourceShareInvitation = (call: RamCall): Promise<Answered> => answerInvitation(call, 'Reject');

async function answerInvitation(call: RamCall, type: 'Accept' | 'Reject'): Promise<Answered> {
  const { owner, id } = invitationNamed(call, call.request.resourceShareInvitationArn ?? '');
  // What the owner's call has left undone is done first: an invitation can be accepted when it has arrived.
  await call.finish(owner);
  const { share } = await change(call, owner, { type, invitation: id });
  const principal = share.principals.get(call.caller.accountId);
  const invitation = principal && invitationDocument(call, { owner, share }, principal);
  return { ...(invitation && { resourceShareInvitation: invitation }), ...tokenOf(call) };
}

interface Invited {
  readonly offered: OfferedShare;
  readonly document: NonNullable<ReturnType<typeof invitationDocument>>;
}

async function invitationsOf(call: RamCall, owners?: ReadonlySet<string>): Promise<readonly Invited[]> {
  const offered = await offeredShares(call, owners);
  return offered.flatMap((one) =>
    one.principals.flatMap((principal) => {
      const document = invitationDocument(call, one, principal);
      return document === undefined ? [] : [{ offered: one, document }];
    }),
  );
}

export async function getResourceShareInvitations(call: RamCall): Promise<Answered> {
  const { resourceShareInvitationArns, resourceShareArns } = call.request;
  const named = resourceShareInvitationArns?.map((text) => invitationNamed(call, text));
  const shares = resourceShareArns?.map((text) => shareNamed(call, text));
  const owners = [...(named ?? []), ...(shares ?? [])].map(({ owner }) => owner);
  const all = (await invitationsOf(call, owners.length === 0 ? undefined : new Set(owners))).map(
    ({ document }) => document,
  );
  for (const text of resourceShareInvitationArns ?? []) {
    if (!all.some((one) => one.resourceShareInvitationArn === text)) throw unknownInvitation(text);
  }
  const found = all.filter(
    (one) =>
      (resourceShareInvitationArns?.includes(one.resourceShareInvitationArn) ?? true) &&
      (resourceShareArns?.includes(one.resourceShareArn) ?? true),
  );
  return ramPage(call, 'resourceShareInvitations', found, (one) => one.resourceShareInvitationArn);
}

export async function listPendingInvitationResources(call: RamCall): Promise<Answered> {
  const { resourceShareInvitationArn: text = '', resourceRegionScope } = call.request;
  const { owner } = invitationNamed(call, text);
  const found = (await invitationsOf(call, new Set([owner]))).find(
    ({ document }) => document.resourceShareInvitationArn === text,
  );
  if (found === undefined) throw unknownInvitation(text);
  const { status } = found.document;
  if (status === 'REJECTED') {
    throw ramError(
      'ResourceShareInvitationAlreadyRejectedException',
      `ResourceShareInvitation ${text} has been rejected already.`,
    );
  }
  if (status === 'EXPIRED') {
    throw ramError('ResourceShareInvitationExpiredException', `ResourceShareInvitation ${text} has expired.`);
  }
  const meshes = resourceRegionScope === 'GLOBAL' ? [] : [...found.offered.share.meshes.values()].filter(holdsMesh);
  const documents = meshes.map((mesh) => resourceDocument(call, found.offered, mesh, 'AVAILABLE'));
  return ramPage(call, 'resources', documents, (one) => one.arn);
}

const unknownInvitation = (text: string) =>
  ramError('ResourceShareInvitationArnNotFoundException', `ResourceShareInvitation ${text} could not be found.`);
