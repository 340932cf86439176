// The embedded authority in the words of ACM's and ACM Private CA's own APIs (awsJson1_1): `aws acm --endpoint-url`, the
// SDKs and `heddle certificates` make certificates with it.
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { EmbeddedAuthority } from '#certificates/embedded.ts';
import { isRefusal } from '#events/refusal.ts';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { acmOperations } from './acm-operations.ts';
import { authorityOperations } from './authority-operations.ts';
import { certificateError } from './members.ts';
import type { Operation } from './place.ts';

/** What stands before the dot in `X-Amz-Target`. */
export const acmTarget = 'CertificateManager';
export const authorityTarget = 'ACMPrivateCA';

export interface CertificatesParts extends AuthorizationParts {
  readonly authority: EmbeddedAuthority;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly reportBug: ReportBug;
}

interface Api {
  /** The prefix of its actions in policies. */
  readonly prefix: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

const apis: Readonly<Record<string, Api>> = {
  [acmTarget]: { prefix: 'acm', operations: acmOperations },
  [authorityTarget]: { prefix: 'acm-pca', operations: authorityOperations },
};

const contentType = 'application/x-amz-json-1.1';

export function createCertificates(parts: CertificatesParts) {
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(async (event) => respond(parts, event));
  return async (...[event, context]: Parameters<typeof handler>): Promise<APIGatewayProxyResult> =>
    typed(await handler(event, context));
}

async function respond(parts: CertificatesParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { authority, now } = parts;
  const target = Object.entries(event.headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1] ?? '';
  const [place = '', name = ''] = target.split('.');
  const api = Object.hasOwn(apis, place) ? apis[place] : undefined;
  const operation = api && Object.hasOwn(api.operations, name) ? api.operations[name] : undefined;
  if (api === undefined || operation === undefined) {
    throw certificateError('UnknownOperationException', `The embedded authority has no operation ${name}`);
  }
  const body = bodyOf(event);
  if (isRefusal(body)) throw certificateError('ValidationException', 'The body of the request is not a JSON object');
  const { members } = body;
  await demand(parts, event, [{ action: `${api.prefix}:${name}`, resources: [{ arn: operation.resource(members) }] }]);
  const answer = await operation.run({ authority, account: callerOf(event).accountId, now }, members);
  const headers = { 'content-type': contentType, 'x-amzn-requestid': event.requestContext.requestId };
  return { statusCode: 200, headers, body: JSON.stringify(answer) };
}

/** Some clients read an error's name in the body alone. */
function typed(result: APIGatewayProxyResult): APIGatewayProxyResult {
  const name = result.headers?.['x-amzn-errortype'];
  if (name === undefined) return result;
  const headers = { ...result.headers, 'content-type': contentType };
  return { ...result, headers, body: JSON.stringify({ __type: name, ...JSON.parse(result.body) }) };
}
