// The one permission that meshes are shared with: AWS's managed default for App Mesh. It says what consumers may do at
// most; what they may do to which resource are the rules of events/sharing.ts.

import { partitionOf } from '#events/names.ts';
import { meshType } from '#events/shares/arn.ts';
import { unknownShare } from '#events/shares/decision.ts';
import type { Answered, RamCall } from './call.ts';
import { ownShare, shareNamed } from './call.ts';
import { isGranted, offeredShares } from './offered.ts';
import { ramPage } from './pages.ts';
import { ramError, shareRefused } from './wire.ts';

const name = 'AWSRAMDefaultPermissionAppMesh';
const version = '1';

const kinds = ['VirtualNode', 'VirtualRouter', 'Route', 'VirtualService'];
const listed = ['VirtualNodes', 'VirtualRouters', 'Routes', 'VirtualServices', 'VirtualGateways', 'GatewayRoutes'];

/** What consumers may do (App Mesh guide, "Working with shared meshes"). */
export const permittedActions: readonly string[] = [
  ...kinds.flatMap((kind) => ['Create', 'Update', 'Describe', 'Delete'].map((verb) => `${verb}${kind}`)),
  ...['DescribeMesh', 'DescribeVirtualGateway', 'DescribeGatewayRoute'],
  ...listed.map((plural) => `List${plural}`),
  ...['TagResource', 'UntagResource'],
]
  .map((action) => `appmesh:${action}`)
  .sort();

export const permissionArn = (region: string): string => `arn:${partitionOf(region)}:ram::aws:permission/${name}`;

/** AWS has had it since meshes could be shared. */
const since = Date.UTC(2020, 0, 1) / 1000;

function summary({ region }: Pick<RamCall, 'region'>) {
  return {
    arn: permissionArn(region),
    version,
    defaultVersion: true,
    name,
    resourceType: meshType,
    status: 'ATTACHABLE',
    creationTime: since,
    lastUpdatedTime: since,
    isResourceTypeDefault: true,
    permissionType: 'AWS_MANAGED',
    featureSet: 'STANDARD',
  };
}

/** Ends the call when it names another permission. */
export function permissionNamed({ region }: Pick<RamCall, 'region'>, text: string, wanted?: number): void {
  if (!/^arn:aws[a-z-]*:ram:[^:]*:[^:]+:permission\/\S+$/.test(text)) {
    throw ramError('MalformedArnException', `The permission ARN ${text} is malformed. Verify the ARN and try again.`);
  }
  if (text !== permissionArn(region))
    throw ramError('UnknownResourceException', `Permission ${text} could not be found.`);
  if (wanted !== undefined && String(wanted) !== version) {
    throw ramError('UnknownResourceException', `Version ${wanted} of the permission ${text} could not be found.`);
  }
}

export function listPermissions(call: RamCall): Answered {
  const { resourceType, permissionType } = call.request;
  checkType(resourceType);
  return ramPage(call, 'permissions', permissionType === 'CUSTOMER_MANAGED' ? [] : [summary(call)], ({ arn }) => arn);
}

export function getPermission(call: RamCall): Answered {
  const { permissionArn: text = '', permissionVersion } = call.request;
  permissionNamed(call, text, permissionVersion);
  return {
    permission: { ...summary(call), permission: JSON.stringify({ Effect: 'Allow', Action: permittedActions }) },
  };
}

export async function listResourceSharePermissions(call: RamCall): Promise<Answered> {
  const { resourceShareArn = '' } = call.request;
  const { owner, id } = shareNamed(call, resourceShareArn);
  if (owner === call.caller.accountId) await ownShare(call, resourceShareArn);
  else {
    const offered = await offeredShares(call, new Set([owner]));
    if (!offered.some((one) => one.share.id === id && isGranted(one)))
      throw shareRefused(unknownShare(call.region, owner, id));
  }
  return ramPage(call, 'permissions', [summary(call)], ({ arn }) => arn);
}

export function listResourceTypes(call: RamCall): Answered {
  const types = [{ resourceType: meshType, serviceName: 'appmesh', resourceRegionScope: 'REGIONAL' }];
  const { resourceRegionScope } = call.request;
  return ramPage(call, 'resourceTypes', resourceRegionScope === 'GLOBAL' ? [] : types, (one) => one.resourceType);
}

/** Ends the call when it asks for another type than meshes. */
export function checkType(resourceType: string | undefined): void {
  if (resourceType === undefined || resourceType.toLowerCase() === meshType.toLowerCase()) return;
  throw ramError(
    'InvalidResourceTypeException',
    `The resource type ${resourceType} cannot be shared: ${meshType} alone can.`,
  );
}
