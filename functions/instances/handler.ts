// The embedded registry of instances, in the words of Cloud Map's own API (awsJson1_1): `aws servicediscovery
// --endpoint-url` and the SDKs register and discover with it.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { isRefusal } from '#events/refusal.ts';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { awsJson, targetOf } from '../aws-json.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ReportBug } from '../refusals.ts';
import { cloudMapError } from './cloud-map-error.ts';
import { discoveryOperations } from './discovery-operations.ts';
import { namespaceOperations } from './namespace-operations.ts';
import type { Operation, Place } from './place.ts';
import { registrationOperations } from './registration-operations.ts';
import type { EmbeddedRegistry } from './registry.ts';
import { serviceOperations } from './service-operations.ts';
import { tagOperations } from './tag-operations.ts';

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
  ...tagOperations,
};

export const createInstances = (parts: InstancesParts) => awsJson(parts.reportBug, (event) => respond(parts, event));

async function respond(parts: InstancesParts, event: APIGatewayProxyEvent): Promise<object> {
  const { registry, region, now, id } = parts;
  const { operation: name } = targetOf(event);
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
  return operation.run(place, members);
}
