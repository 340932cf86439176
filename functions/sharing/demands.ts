// What a call to RAM asks of the caller's policies: its own action on the share or invitation that it names, and App Mesh's
// permission to share a mesh for those that it puts into a share (service authorization reference, RAM and App Mesh).
import type { Tag } from '#events/event.ts';
import { parseArn } from '#events/names.ts';
import { meshType, parseRamArn } from '#events/shares/arn.ts';
import { meshOf } from '#events/state.ts';
import { type ContextEntry, tagEntries } from '#identity/request-context.ts';
import type { AskedResource, Demand } from '../authorize.ts';
import type { Ledger } from '../ledger.ts';
import { granted } from '../refused.ts';
import type { RamCall } from './call.ts';

type Asking = Pick<RamCall, 'operation' | 'request' | 'caller' | 'region'> & { readonly ledger: Ledger };

const none: readonly AskedResource[] = [{ arn: '*' }];

/** The caller's demands, and the condition keys that only this call has. */
export async function ramDemandsOf(
  asking: Asking,
): Promise<{ readonly demands: readonly Demand[]; readonly entries: readonly ContextEntry[] }> {
  const { operation, request } = asking;
  const share = await shareAsked(asking);
  const own: Demand = { action: `ram:${operation.name}`, resources: share?.resources ?? namedBy(asking) };
  const puts = operation.name === 'CreateResourceShare' || operation.name === 'AssociateResourceShare';
  const meshes = puts ? await meshesAsked(asking) : [];
  const tagging = operation.name === 'CreateResourceShare' && (request.tags ?? []).length > 0;
  return {
    demands: [
      own,
      ...(meshes.length === 0 ? [] : [{ action: 'appmesh:PutMeshPolicy', resources: meshes }]),
      ...(tagging ? [{ action: 'ram:TagResource', resources: none }] : []),
    ],
    entries: [...entriesOf(asking), ...(share?.entries ?? [])],
  };
}

function namedBy({ operation, request }: Asking): readonly AskedResource[] {
  const { resourceShareInvitationArn, permissionArn } = request;
  if (resourceShareInvitationArn !== undefined) return [{ arn: resourceShareInvitationArn }];
  return operation.name === 'GetPermission' && permissionArn !== undefined ? [{ arn: permissionArn }] : none;
}

/** The share that a call names; its tags and name are for its owner. */
async function shareAsked({ request, caller, region, ledger }: Asking) {
  const arn = request.resourceShareArn ?? (request.tags || request.tagKeys ? request.resourceArn : undefined);
  if (arn === undefined) return undefined;
  const named = parseRamArn('resource-share', region, arn);
  if (named?.owner !== caller.accountId) return { resources: [{ arn }], entries: [] };
  const share = granted(await ledger.account(caller.accountId)).shares.get(named.id);
  if (share === undefined) return { resources: [{ arn }], entries: [] };
  const { tags, name, allowExternalPrincipals } = share;
  const entries: readonly ContextEntry[] = [
    ['ram:ResourceShareName', name],
    ['ram:AllowsExternalPrincipals', String(allowExternalPrincipals)],
  ];
  return { resources: [{ arn, tags }], entries };
}

async function meshesAsked({ request, caller, ledger }: Asking): Promise<readonly AskedResource[]> {
  return Promise.all([...new Set(request.resourceArns)].map(async (arn) => ({ arn, tags: await tagsOf(arn) })));

  async function tagsOf(text: string): Promise<readonly Tag[]> {
    const arn = parseArn(text);
    if (arn === undefined || arn.account !== caller.accountId) return [];
    return meshOf(granted(await ledger.mesh(arn.account, arn.meshName)))?.tags ?? [];
  }
}

function entriesOf({ request, region }: Asking): readonly ContextEntry[] {
  const { tags = [], tagKeys = [], principals = [], resourceArns = [], allowExternalPrincipals } = request;
  const invitation = parseRamArn('resource-share-invitation', region, request.resourceShareInvitationArn ?? '');
  const pairs = <T>(name: string, values: readonly T[]) => values.map((value) => [name, String(value)] as const);
  return [
    ...tagEntries('aws:RequestTag', tags),
    ...pairs('aws:TagKeys', [...tags.map(({ key }) => key), ...tagKeys]),
    ...pairs('ram:Principal', principals),
    ...pairs('ram:ResourceArn', resourceArns),
    ...pairs('ram:RequestedResourceType', resourceArns.length === 0 ? [] : [meshType]),
    ...pairs(
      'ram:RequestedAllowsExternalPrincipals',
      allowExternalPrincipals === undefined ? [] : [allowExternalPrincipals],
    ),
    ...pairs('ram:ShareOwnerAccountId', invitation === undefined ? [] : [invitation.owner]),
  ];
}
