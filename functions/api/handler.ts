// The App Mesh API: one Lambda for the 38 operations, its routes, checks and answers driven by the table of operations.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Operation, operations } from '#events/model/operations.ts';
import type { Spec } from '#events/spec.ts';
import { demand, type PolicySource } from '../authorize.ts';
import { callerOf } from '../caller.ts';
import type { Ledger } from '../ledger.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { granted } from '../refused.ts';
import { answer } from '../wire.ts';
import { operate } from './operate.ts';
import { requestOf } from './request.ts';
import { resourcesOf, subjectOf } from './subject.ts';

export interface ApiParts {
  readonly ledger: Ledger;
  readonly policies: PolicySource;
  readonly region: string;
  readonly reportBug: ReportBug;
}

/** The handler of API Gateway proxy events; `event.path` is the path as it came, not decoded. */
export function createApi(parts: ApiParts) {
  const routes = operations.map((operation) => ({
    method: operation.method as 'GET' | 'PUT' | 'DELETE',
    path: operation.uri as `/${string}`,
    handler: (event: APIGatewayProxyEvent) => serve(parts, operation, event),
  }));
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(httpRouterHandler(routes));
}

async function serve(
  { ledger, policies, region }: ApiParts,
  operation: Operation,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const caller = callerOf(event);
  const { request } = granted(requestOf(operation, event));
  const subject = subjectOf(operation, request, caller, region);
  const mesh = granted(await ledger.mesh(subject.owner, subject.meshName));
  const resources = resourcesOf(operation, subject, request.spec as Spec | undefined, mesh, caller, region);
  await demand(policies, caller, `appmesh:${operation.name}`, resources);
  const { requestId } = event.requestContext;
  const { body, sequence } = await operate(ledger, { operation, request, subject, mesh, caller, requestId, region });
  return answer(body, requestId, sequence === undefined ? {} : { 'x-heddle-sequence': String(sequence) });
}
