// The embedded authority in the words of ACM's and ACM Private CA's own APIs (awsJson1_1): `aws acm --endpoint-url`, the
// SDKs and `heddle certificates` make certificates with it.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { EmbeddedAuthority } from '#certificates/embedded.ts';
import { isRefusal } from '#events/refusal.ts';
import { type AuthorizationParts, demand } from '../authorize.ts';
import { awsJson, targetOf } from '../aws-json.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ReportBug } from '../refusals.ts';
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

export const createCertificates = (parts: CertificatesParts) =>
  awsJson(parts.reportBug, (event) => respond(parts, event));

async function respond(parts: CertificatesParts, event: APIGatewayProxyEvent): Promise<object> {
  const { authority, now } = parts;
  const { api: place, operation: name } = targetOf(event);
  const api = Object.hasOwn(apis, place) ? apis[place] : undefined;
  const operation = api && Object.hasOwn(api.operations, name) ? api.operations[name] : undefined;
  if (api === undefined || operation === undefined) {
    throw certificateError('UnknownOperationException', `The embedded authority has no operation ${name}`);
  }
  const { sourceIp } = event.requestContext.identity;
  // This port speaks no TLS, and the passphrase comes the same way as the key goes.
  if (name === 'ExportCertificate' && !/^(?:::1|(?:::ffff:)?127\.[\d.]+)$/.test(sourceIp)) {
    throw certificateError('AccessDeniedException', `A key is given to this very host alone, and not to ${sourceIp}`);
  }
  const body = bodyOf(event);
  if (isRefusal(body)) throw certificateError('ValidationException', 'The body of the request is not a JSON object');
  const { members } = body;
  await demand(parts, event, [{ action: `${api.prefix}:${name}`, resources: [{ arn: operation.resource(members) }] }]);
  return operation.run({ authority, account: callerOf(event).accountId, now }, members);
}
