// The rules of resource shares: (account, command) -> what happens in the owner's stream, or a refusal. What it means for
// the meshes follows from the share before and after (access.ts).
import type { Tag } from '../event.ts';
import type { AccountState } from '../state.ts';
import { tagFaults, withTags } from '../tags.ts';
import { usedToken } from '../token.ts';
import { invitationArn } from './arn.ts';
import { addMeshes, addPrincipals, homeOf, meshesNamed, notInside, tooMany } from './associate.ts';
import type { ShareCircumstances, ShareCommand } from './command.ts';
import { type ShareDecision, unknownShare } from './decision.ts';
import { disassociated } from './disassociate.ts';
import type { ShareEvent } from './event.ts';
import { invitationStatus, invited } from './invitation.ts';
import { refuse, type ShareRefusal } from './refusal.ts';
import { settled } from './settle.ts';
import { holdsMesh, type Share } from './share.ts';

type Of<T extends ShareCommand['type']> = Extract<ShareCommand, { readonly type: T }>;

/** Decides on the shares of an account; a share is asked for by its id, which is told as an ARN in refusals. */
export function decideShare(account: AccountState, command: ShareCommand, around: ShareCircumstances): ShareDecision {
  const { token } = command;
  const used = token && usedToken(account.tokens, around.caller.accountId, token, around.time);
  if (used !== undefined) {
    if (used.hash === token?.hash) return { decided: 'repeat', sequence: used.sequence };
    return refuse('token-mismatch', 'The client token was used before, for a request with other parameters.');
  }
  if (command.type === 'CreateShare') return created(account, command, around);
  if (command.type === 'Accept' || command.type === 'Reject') return answered(account, command, around);
  const share = account.shares.get(command.share);
  // Somebody else may have brought it to its end.
  if (command.type === 'Settle')
    return append(command.share, share === undefined ? [] : settled(share, command.pointed));
  if (share === undefined || share.status === 'DELETED')
    return unknownShare(around.region, account.account, command.share);
  if (share.status === 'DELETING') {
    return command.type === 'DeleteShare'
      ? append(share.id, [])
      : unknownShare(around.region, account.account, command.share);
  }
  if (command.type === 'Disassociate') return disassociated(account, share, command, around);
  if (around.caller.accountId !== account.account) return unknownShare(around.region, account.account, command.share);
  switch (command.type) {
    case 'UpdateShare':
      return append(share.id, [
        {
          type: 'ShareUpdated',
          share: share.id,
          name: command.name ?? share.name,
          allowExternalPrincipals: command.allowExternalPrincipals ?? share.allowExternalPrincipals,
        },
      ]);
    case 'DeleteShare':
      return deleted(share);
    case 'Associate':
      return associated(account, share, command, around);
    case 'TagShare':
      return tagged(share, added(share.tags, command.tags, share.name));
    case 'UntagShare':
      return tagged(share, { tags: share.tags.filter(({ key }) => !command.keys.includes(key)) });
  }
}

const append = (share: string, events: readonly ShareEvent[]): ShareDecision => ({ decided: 'append', share, events });

function created(account: AccountState, command: Of<'CreateShare'>, around: ShareCircumstances): ShareDecision {
  const [share = ''] = around.ids;
  const { name, allowExternalPrincipals, retained } = command;
  const tags = added([], command.tags, name);
  if ('refused' in tags) return tags;
  const associated = additions(account, undefined, command, command, around);
  if ('refused' in associated) return associated;
  return append(share, [
    { type: 'ShareCreated', share, name, allowExternalPrincipals, ...(retained && { retained }), tags: tags.tags },
    ...associationsOf(share, associated),
  ]);
}

function associated(
  account: AccountState,
  share: Share,
  command: Of<'Associate'>,
  around: ShareCircumstances,
): ShareDecision {
  if (command.resourceArns.length + command.principals.length === 0) {
    return refuse('invalid-parameter', 'A request must name resources or principals to associate.');
  }
  const more = additions(account, share, share, command, around);
  return 'refused' in more ? more : append(share.id, associationsOf(share.id, more));
}

function additions(
  account: AccountState,
  share: Share | undefined,
  rules: Parameters<typeof addPrincipals>[2],
  { resourceArns, principals: named }: Pick<Of<'Associate'>, 'resourceArns' | 'principals'>,
  around: ShareCircumstances,
) {
  const much = tooMany(resourceArns) ?? tooMany(named);
  if (much !== undefined) return much;
  const names = meshesNamed(account, around.region, resourceArns);
  if ('refused' in names) return names;
  const meshes = addMeshes(share, names);
  if ('refused' in meshes) return meshes;
  const principals = addPrincipals(account.account, share, rules, named, around);
  return 'refused' in principals ? principals : { meshes, principals };
}

type Additions = Exclude<ReturnType<typeof additions>, ShareRefusal>;

function associationsOf(share: string, { meshes, principals }: Additions): readonly ShareEvent[] {
  if (meshes.length + principals.length === 0) return [];
  return [{ type: 'ShareAssociationsChanged', share, meshes, principals }];
}

function deleted(share: Share): ShareDecision {
  const meshes = [...share.meshes.values()].filter(holdsMesh);
  const principals = [...share.principals.values()].filter(({ standing }) => standing !== 'ended');
  return append(share.id, [
    { type: 'ShareDeletionBegun', share: share.id },
    {
      type: 'ShareAssociationsChanged',
      share: share.id,
      meshes: meshes.map(({ meshName }) => ({ meshName, standing: 'ending' })),
      principals: principals.map(({ principal }) => ({ principal, standing: 'ending' })),
    },
  ]);
}

/** Only whom an invitation is for knows of it. */
function answered(
  { account, shares }: AccountState,
  { type, invitation }: Of<'Accept' | 'Reject'>,
  { caller, time, region, organization }: ShareCircumstances,
): ShareDecision {
  const found = invited(shares, invitation);
  const named = `ResourceShareInvitation ${invitationArn(region, account, invitation)}`;
  if (found === undefined || found.principal.principal !== caller.accountId) {
    return refuse('unknown-invitation', `${named} could not be found.`);
  }
  const { share, principal } = found;
  switch (invitationStatus(principal, time)) {
    case undefined:
      return refuse('unknown-invitation', `${named} could not be found.`);
    case 'ACCEPTED':
      return refuse('invitation-accepted', `${named} has been accepted already.`);
    case 'REJECTED':
      return refuse('invitation-rejected', `${named} has been rejected already.`);
    case 'EXPIRED':
      return refuse('invitation-expired', `${named} has expired.`);
    case 'PENDING': {
      // It may have left since it was invited, or the share was closed: who is not in it by then is not let in any more.
      if (type === 'Accept' && !share.allowExternalPrincipals && !homeOf(organization, account, caller.accountId)) {
        return notInside(caller.accountId);
      }
      const standing = type === 'Accept' ? 'granted' : 'refused';
      const principals = [{ principal: principal.principal, standing }] as const;
      return append(share.id, [{ type: 'ShareAssociationsChanged', share: share.id, meshes: [], principals }]);
    }
  }
}

type Tags = { readonly tags: Share['tags'] } | ShareRefusal;

function tagged(share: Share, tags: Tags): ShareDecision {
  return 'refused' in tags ? tags : append(share.id, [{ type: 'ShareTagsChanged', share: share.id, ...tags }]);
}

/** The tags after adding some, or RAM's refusal of them. */
function added(before: Share['tags'], tags: readonly Tag[], name: string): Tags {
  const reasons = tagFaults(tags).map(({ message }) => message);
  if (reasons.length > 0) return refuse('invalid-parameter', reasons.join('; '));
  const after = withTags(before, tags, `resource share ${name}`);
  return 'refused' in after
    ? refuse('too-many-tags', `The ${after.what} would have more than ${after.limit} tags.`)
    : { tags: after };
}
