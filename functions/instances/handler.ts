// The embedded registry of instances, in the words of Cloud Map's own API (awsJson1_1): `aws servicediscovery
// --endpoint-url` and the SDKs register and discover with it.

import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { isRefusal } from '#events/refusal.ts';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { cloudMapError } from './cloud-map-error.ts';
import { discoveryOperations } from './discovery-operations.ts';
import { namespaceOperations } from './namespace-operations.ts';
import type { Operation, Place } from './place.ts';
import { registrationOperations } from './registration-operations.ts';
import type { EmbeddedRegistry } from './registry.ts';
import { serviceOperations } from './service-operations.ts';

/** What stands before the dot in `X-Amz-Target`. */
export const cloudMapTarget = 'Route53AutoNaming_v20170314';

export interface InstancesParts extends AuthorizationParts {
  readonly registry: EmbeddedRegistry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  readonly reportBug: ReportBug;
}

const operations: Readonly<Record<string, Operation>> = {
  ...namespaceOperations,
  ...serviceOperations,
  ...registrationOperations,
  ...discoveryOperations,
};

const contentType = 'application/x-amz-json-1.1';

export function createInstances(parts: InstancesParts) {
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(async (event) => respond(parts, event));
  return async (...[event, context]: Parameters<typeof handler>): Promise<APIGatewayProxyResult> =>
    typed(await handler(event, context));
}

async function respond(parts: InstancesParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { registry, region, now, id } = parts;
  const name = operationName(event);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) {
    throw cloudMapError('UnknownOperationException', `The embedded registry has no operation ${name}`);
  }
  const body = bodyOf(event);
  if (isRefusal(body)) throw cloudMapError('InvalidInput', 'The body of the request is not a JSON object');
  const { members } = body;
  const place: Place = { registry, account: callerOf(event).accountId, region, now, id };
  const wanted = { action: `servicediscovery:${name}`, resources: [{ arn: operation.resource(place, members) }] };
  await demand(parts, event, [wanted], operation.entries?.(members) ?? []);
  const answer = await operation.run(place, members);
  const headers = { 'content-type': contentType, 'x-amzn-requestid': event.requestContext.requestId };
  return { statusCode: 200, headers, body: JSON.stringify(answer) };
}

function operationName({ headers }: APIGatewayProxyEvent): string {
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1] ?? '';
  return target.slice(target.indexOf('.') + 1);
}

/** Some clients read an error's name in the body alone. */
function typed(result: APIGatewayProxyResult): APIGatewayProxyResult {
  const name = result.headers?.['x-amzn-errortype'];
  if (name === undefined) return result;
  const headers = { ...result.headers, 'content-type': contentType };
  return { ...result, headers, body: JSON.stringify({ __type: name, ...JSON.parse(result.body) }) };
}
