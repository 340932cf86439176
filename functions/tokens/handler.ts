// Admission of Envoys: a caller who may stream as a resource gets a short-lived token for an Envoy of it.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { invalid } from '#events/refusal.ts';
import { mayStream } from '#events/sharing.ts';
import type { TokenIssuer } from '#identity/token.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { pathParameter } from '../path.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { granted, Refused } from '../refused.ts';
import { type FindParts, findResource, proxyOnly } from '../resource.ts';
import { answer } from '../wire.ts';

export interface TokensParts extends FindParts {
  readonly issuer: TokenIssuer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The longest life that a token may be asked to have, in seconds. */
  readonly longest: number;
  readonly reportBug: ReportBug;
}

const hour = 3600;

export function createTokens(parts: TokensParts) {
  const byBody = (event: APIGatewayProxyEvent) => issue(parts, event, granted(bodyOf(event)).members.resource);
  const byPath = (event: APIGatewayProxyEvent) => issue(parts, event, pathResource(event));
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(
      httpRouterHandler([
        { method: 'POST', path: '/heddle/v1/tokens', handler: byBody },
        { method: 'POST', path: '/heddle/v1/tokens/mesh/{mesh}/{kind}/{name}', handler: byPath },
      ]),
    );
}

function pathResource(event: APIGatewayProxyEvent): string {
  const [mesh, kind, name] = ['mesh', 'kind', 'name'].map((part) => pathParameter(event, part));
  const owner = event.queryStringParameters?.meshOwner;
  return `mesh/${mesh}${owner === undefined ? '' : `@${owner}`}/${kind}/${name}`;
}

async function issue(parts: TokensParts, event: APIGatewayProxyEvent, text: unknown): Promise<APIGatewayProxyResult> {
  const caller = callerOf(event);
  if (typeof text !== 'string')
    throw new Refused(invalid('resource', `Value at 'resource' failed to satisfy constraint: Member must be a string`));
  const lifetimeSeconds = lifetimeOf(granted(bodyOf(event)).members.lifetimeSeconds, parts.longest);
  const found = await findResource(parts, text, caller, () => 'appmesh:StreamAggregatedResources');
  proxyOnly(found);
  granted(mayStream(found.mesh, caller.accountId, found.resource) ?? {});
  const { arn: resource } = found;
  const { accountId, arn: principal } = caller;
  const { token, expiresAt } = await parts.issuer.issue({
    resource,
    accountId,
    principal,
    lifetimeSeconds,
    now: parts.now(),
  });
  return answer({ token, resource, expiresAt }, event.requestContext.requestId);
}

function lifetimeOf(asked: unknown, longest: number): number {
  if (asked === undefined || asked === null) return Math.min(hour, longest);
  if (typeof asked === 'number' && Number.isInteger(asked) && asked >= 1 && asked <= longest) return asked;
  const rule = `Member must be a whole number of seconds from 1 to ${longest}`;
  throw new Refused(invalid('lifetimeSeconds', `Value at 'lifetimeSeconds' failed to satisfy constraint: ${rule}`));
}
