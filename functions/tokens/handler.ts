// Admission of Envoys: a caller who may stream as a resource gets a short-lived token for an Envoy of it.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { invalid } from '#events/refusal.ts';
import { mayStream } from '#events/sharing.ts';
import type { TokenIssuer } from '#identity/token.ts';
import { callerOf } from '../caller.ts';
import { inputOf } from '../own/input.ts';
import { ownOperations } from '../own/operations.ts';
import { routesOf } from '../own/routes.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { granted, Refused } from '../refused.ts';
import { type FindParts, findResource, type NamedResource, proxyOnly } from '../resource.ts';
import { answer } from '../wire.ts';

export interface TokensParts extends FindParts {
  readonly issuer: TokenIssuer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The longest life that a token may be asked to have, in seconds. */
  readonly longest: number;
  readonly reportBug: ReportBug;
  /** The account whose policies are judged here; left out: every account's are. */
  readonly home?: string;
}

const hour = 3600;

export function createTokens(parts: TokensParts) {
  const routes = routesOf({
    IssueToken: async (event) => {
      atHome(parts, event);
      return issue(parts, event, inputOf(ownOperations.IssueToken, event));
    },
    IssueTokenFor: async (event) => issue(parts, event, namedByPath(event)),
  });
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(httpRouterHandler([...routes]));
}

interface Asked extends NamedResource {
  readonly lifetimeSeconds?: number;
}

function namedByPath(event: APIGatewayProxyEvent): Asked {
  const { mesh, kind, name, ...rest } = inputOf(ownOperations.IssueTokenFor, event);
  return { resource: `mesh/${mesh}/${kind}/${name}`, ...rest };
}

/** What a caller of another account may do is for IAM there to say, and IAM sees the path of a call, never its body. */
function atHome({ home }: TokensParts, event: APIGatewayProxyEvent): void {
  const { accountId } = callerOf(event);
  if (home === undefined || accountId === home) return;
  const form = '/heddle/v1/tokens/mesh/MESH/KIND/NAME';
  throw new Refused({ refused: 'forbidden', reason: `From account ${accountId}, a token is asked for at ${form}` });
}

async function issue(parts: TokensParts, event: APIGatewayProxyEvent, asked: Asked): Promise<APIGatewayProxyResult> {
  const caller = callerOf(event);
  const lifetimeSeconds = lifetimeOf(asked.lifetimeSeconds, parts.longest);
  const found = await findResource(parts, event, asked, () => 'appmesh:StreamAggregatedResources');
  proxyOnly(found);
  granted(mayStream(found.mesh, caller.accountId, found.resource, found.organizations) ?? {});
  const { arn: resource } = found;
  const { accountId, arn: principal } = caller;
  const { token, expiresAt } = await parts.issuer.issue({
    resource,
    accountId,
    ...(found.mesh.owner !== accountId && { meshOwner: found.mesh.owner }),
    principal,
    lifetimeSeconds,
    now: parts.now(),
  });
  return answer({ token, resource, expiresAt }, event.requestContext.requestId);
}

function lifetimeOf(asked: number | undefined, longest: number): number {
  if (asked === undefined) return Math.min(hour, longest);
  if (asked <= longest) return asked;
  const rule = `Member must have value less than or equal to ${longest}`;
  throw new Refused(
    invalid('lifetimeSeconds', `Value '${asked}' at 'lifetimeSeconds' failed to satisfy constraint: ${rule}`),
  );
}
