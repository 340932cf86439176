// A request to RAM, read from the event and checked against RAM's contract.
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import canonicalize from 'canonicalize';
import type { ClientToken, Tag } from '#events/event.ts';
import { validate, withoutNulls } from '#events/model/validate.ts';
import { tooMany } from '#events/shares/associate.ts';
import { bodyOf } from '../body.ts';
import { type RamOperation, ramShapes } from './contract.ts';
import { ramError, shareRefused } from './wire.ts';

/** The members of any request to RAM that Heddle serves. */
export interface RamRequest {
  readonly allowExternalPrincipals?: boolean;
  readonly associationStatus?: string;
  readonly associationType?: string;
  readonly clientToken?: string;
  readonly maxResults?: number;
  readonly name?: string;
  readonly nextToken?: string;
  readonly permissionArn?: string;
  readonly permissionArns?: readonly string[];
  readonly permissionType?: string;
  readonly permissionVersion?: number;
  readonly principal?: string;
  readonly principals?: readonly string[];
  readonly resourceArn?: string;
  readonly resourceArns?: readonly string[];
  readonly resourceOwner?: 'SELF' | 'OTHER-ACCOUNTS';
  readonly resourceRegionScope?: string;
  readonly resourceShareArn?: string;
  readonly resourceShareArns?: readonly string[];
  readonly resourceShareConfiguration?: { readonly retainSharingOnAccountLeaveOrganization?: boolean };
  readonly resourceShareInvitationArn?: string;
  readonly resourceShareInvitationArns?: readonly string[];
  readonly resourceShareStatus?: string;
  readonly resourceType?: string;
  readonly sources?: readonly string[];
  readonly tagFilters?: readonly { readonly tagKey?: string; readonly tagValues?: readonly string[] }[];
  readonly tagKeys?: readonly string[];
  readonly tags?: readonly Tag[];
}

/** RAM's bounds of a page. */
const mostResults = 500;
/** RAM publishes none for the name of a share; each of its associations and invitations says it. */
const longestName = 255;

export function ramRequestOf(operation: RamOperation, event: APIGatewayProxyEvent): RamRequest {
  const body = bodyOf(event);
  if ('refused' in body) throw ramError('InvalidParameterException', reasonOf(body));
  const travelled: Record<string, unknown> = Object.create(null);
  for (const [member, value] of Object.entries(body.members)) {
    if (operation.members[member]?.in === undefined) travelled[member] = value;
  }
  for (const [member, { in: place }] of Object.entries(operation.members)) {
    const text = place === 'query' ? event.queryStringParameters?.[member] : undefined;
    if (text !== undefined) travelled[member] = text;
  }
  const missing = operation.required.filter((member) => (travelled[member] ?? '') === '');
  if (missing.length > 0) {
    throw ramError('MissingRequiredParameterException', `The required parameter ${missing.join(', ')} is missing.`);
  }
  const faults = validate(operation.input, travelled, '', ramShapes);
  if (faults.length > 0) throw ramError('InvalidParameterException', faults.map(({ message }) => message).join('; '));
  const request = withoutNulls(travelled) as RamRequest;
  checkBounds(request);
  return { ...request, ...(request.tags && { tags: request.tags.map(({ key, value = '' }) => ({ key, value })) }) };
}

function checkBounds(request: RamRequest): void {
  const { maxResults, clientToken, name, resourceArns = [], principals = [], tags = [] } = request;
  if (name !== undefined && !(name.length >= 1 && name.length <= longestName && !/\p{Cc}/u.test(name))) {
    throw ramError(
      'InvalidParameterException',
      `The name of a resource share has 1 to ${longestName} characters and no control characters.`,
    );
  }
  if (maxResults !== undefined && (maxResults < 1 || maxResults > mostResults)) {
    throw ramError('InvalidMaxResultsException', `maxResults must be between 1 and ${mostResults}.`);
  }
  // Before any of them is looked up, or asked of policies.
  const much = tooMany(resourceArns) ?? tooMany(principals);
  if (much !== undefined) throw shareRefused(much);
  if (clientToken !== undefined && !/^[\x21-\x7e]{1,64}$/.test(clientToken)) {
    throw ramError('InvalidClientTokenException', 'A client token has 1 to 64 visible ASCII characters.');
  }
  for (const { key, value = '' } of tags) {
    if (typeof key !== 'string' || key === '' || key.length > 128 || value.length > 256) {
      throw ramError('InvalidParameterException', 'A tag has a key of 1 to 128 characters and a value of at most 256.');
    }
  }
}

const reasonOf = (refusal: Extract<ReturnType<typeof bodyOf>, { refused: string }>): string =>
  refusal.refused === 'invalid' ? refusal.faults.map(({ message }) => message).join('; ') : refusal.refused;

/** The client's token for a call; a call without one is never taken for a repeated one. */
export function ramTokenOf({ name }: RamOperation, { clientToken, ...rest }: RamRequest): ClientToken | undefined {
  if (clientToken === undefined) return undefined;
  const hash = createHash('sha256')
    .update(canonicalize(rest) ?? '')
    .digest('hex');
  return { token: clientToken, operation: name, hash };
}
