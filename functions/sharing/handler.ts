// RAM's API for meshes: one Lambda for the operations on resource shares, its routes and checks driven by RAM's contract.
// RAM cannot share what AWS does not know, so Heddle answers in its place.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { callerOf, clientOf } from '../caller.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { answer } from '../wire.ts';
import { associateResourceShare, disassociateResourceShare, getResourceShareAssociations } from './associations.ts';
import { type BookParts, createBook } from './book.ts';
import type { Answered, RamCall } from './call.ts';
import { type RamOperation, type RamOperationName, ramOperations } from './contract.ts';
import { ramDemandsOf } from './demands.ts';
import {
  acceptResourceShareInvitation,
  getResourceShareInvitations,
  listPendingInvitationResources,
  rejectResourceShareInvitation,
} from './invitations.ts';
import { listPrincipals, listResources } from './lists.ts';
import { enableSharingWithAwsOrganization } from './organization-sharing.ts';
import { getPermission, listPermissions, listResourceSharePermissions, listResourceTypes } from './permission.ts';
import { getResourcePolicies } from './policies.ts';
import { ramRequestOf } from './request.ts';
import {
  createResourceShare,
  deleteResourceShare,
  getResourceShares,
  tagResource,
  untagResource,
  updateResourceShare,
} from './shares.ts';
import { createShareWork } from './work.ts';

export interface SharingParts extends AuthorizationParts, BookParts {
  readonly reportBug: ReportBug;
}

const serving: Readonly<Record<RamOperationName, (call: RamCall) => Answered | Promise<Answered>>> = {
  AcceptResourceShareInvitation: acceptResourceShareInvitation,
  AssociateResourceShare: associateResourceShare,
  CreateResourceShare: createResourceShare,
  DeleteResourceShare: deleteResourceShare,
  DisassociateResourceShare: disassociateResourceShare,
  EnableSharingWithAwsOrganization: enableSharingWithAwsOrganization,
  GetPermission: getPermission,
  GetResourcePolicies: getResourcePolicies,
  GetResourceShareAssociations: getResourceShareAssociations,
  GetResourceShareInvitations: getResourceShareInvitations,
  GetResourceShares: getResourceShares,
  ListPendingInvitationResources: listPendingInvitationResources,
  ListPermissions: listPermissions,
  ListPrincipals: listPrincipals,
  ListResourceSharePermissions: listResourceSharePermissions,
  ListResourceTypes: listResourceTypes,
  ListResources: listResources,
  RejectResourceShareInvitation: rejectResourceShareInvitation,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateResourceShare: updateResourceShare,
};

/** The paths that it serves. */
export const sharingPaths: readonly string[] = ramOperations.map(({ path }) => path);

/** The handler of API Gateway proxy events for all paths of RAM's. */
export function createSharing(parts: SharingParts) {
  const routes = ramOperations.map((operation) => ({
    method: operation.method,
    path: operation.path,
    handler: (event: APIGatewayProxyEvent) => serve(parts, operation, event),
  }));
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(httpRouterHandler(routes));
}

async function serve(
  parts: SharingParts,
  operation: RamOperation,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const { ledger, region, around, reportBug } = parts;
  const { requestId } = event.requestContext;
  const caller = callerOf(event);
  const request = ramRequestOf(operation, event);
  const { demands, entries } = await ramDemandsOf({ operation, request, caller, region, ledger });
  await demand(parts, event, demands, entries);
  const cause = { caller, requestId, client: clientOf(event) };
  const book = createBook(parts);
  const work = createShareWork(parts, book);
  const call: RamCall = {
    ...{ operation, request, region, ledger, book },
    ...cause,
    time: around.now(),
    // What was asked for stands already; what is under way is picked up again by whoever comes next.
    finish: (owner) => work.finish(owner, cause).catch((error: unknown) => reportBug(error, requestId)),
  };
  await call.finish(caller.accountId);
  return answer(await serving[operation.name](call), requestId);
}
