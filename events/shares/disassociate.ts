// What leaves a share: what its owner takes out, and a consumer who leaves on its own (RAM user guide, "Leaving a
// resource share"). What is taken out grants nothing from the same commit on.
import type { AccountState } from '../state.ts';
import { meshesNamed, tooMany } from './associate.ts';
import type { ShareCircumstances, ShareCommand } from './command.ts';
import { type ShareDecision, unknownShare } from './decision.ts';
import { refuse } from './refusal.ts';
import { holdsMesh, type Share } from './share.ts';

type Disassociate = Extract<ShareCommand, { readonly type: 'Disassociate' }>;

export function disassociated(
  account: AccountState,
  share: Share,
  { resourceArns, principals: named }: Disassociate,
  { caller, region }: ShareCircumstances,
): ShareDecision {
  const much = tooMany(resourceArns) ?? tooMany(named);
  if (much !== undefined) return much;
  if (resourceArns.length + named.length === 0) {
    return refuse('invalid-parameter', 'A request must name resources or principals to disassociate.');
  }
  if (caller.accountId !== account.account) {
    const own = share.principals.get(caller.accountId);
    if (own?.standing !== 'granted') return unknownShare(region, account.account, share.id);
    if (resourceArns.length > 0 || named.some((text) => text !== caller.accountId)) {
      return refuse('not-permitted', 'Only the owner of a resource share can take others or resources out of it.');
    }
    if (own.grant !== caller.accountId) {
      return refuse('not-permitted', 'An account cannot leave a resource share of its own organization.');
    }
  }
  const names = meshesNamed(account, region, resourceArns);
  if ('refused' in names) return names;
  const strange = [
    ...names.filter((name) => share.meshes.get(name) === undefined),
    ...named.filter((text) => share.principals.get(text) === undefined),
  ];
  if (strange.length > 0) {
    return refuse('unknown-resource', `The resource share ${share.name} does not hold ${strange.join(', ')}.`);
  }
  const meshes = names.flatMap((name) => share.meshes.get(name) ?? []).filter(holdsMesh);
  const principals = [...new Set(named)]
    .flatMap((text) => share.principals.get(text) ?? [])
    .filter(({ standing }) => standing !== 'ending' && standing !== 'ended');
  if (meshes.length + principals.length === 0) return { decided: 'append', share: share.id, events: [] };
  return {
    decided: 'append',
    share: share.id,
    events: [
      {
        type: 'ShareAssociationsChanged',
        share: share.id,
        meshes: meshes.map(({ meshName }) => ({ meshName, standing: 'ending' })),
        principals: principals.map(({ principal }) => ({ principal, standing: 'ending' })),
      },
    ],
  };
}
