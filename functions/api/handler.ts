// The App Mesh API: one Lambda for the 38 operations, its routes, checks and answers driven by the table of operations.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Operation, operations } from '#events/model/operations.ts';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { callerOf, clientOf } from '../caller.ts';
import type { Ledger } from '../ledger.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { granted } from '../refused.ts';
import { type Throttle, throttling } from '../throttle.ts';
import { answer } from '../wire.ts';
import { demandsOf, tagEntriesOf } from './demands.ts';
import { operate } from './operate.ts';
import { requestOf } from './request.ts';
import { findSubject } from './subject.ts';

export interface ApiParts extends AuthorizationParts {
  readonly ledger: Ledger;
  readonly reportBug: ReportBug;
  /** None when left out. */
  readonly throttle?: Throttle;
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
    .use(throttling(parts.throttle))
    .handler(httpRouterHandler(routes));
}

async function serve(
  parts: ApiParts,
  operation: Operation,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const { ledger, region } = parts;
  const caller = callerOf(event);
  const { request } = granted(requestOf(operation, event));
  const { subject, view } = await findSubject(ledger, operation, request, { caller, region });
  const demands = demandsOf(operation, request, { subject, ...view, caller, region });
  await demand(parts, event, demands, tagEntriesOf(request));
  const { requestId } = event.requestContext;
  const client = clientOf(event);
  const call = { operation, request, subject, ...view, caller, requestId, client, region };
  const { body, sequence } = await operate(ledger, call);
  return answer(body, requestId, sequence === undefined ? {} : { 'x-heddle-sequence': String(sequence) });
}
