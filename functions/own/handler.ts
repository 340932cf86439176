// What is ours and not App Mesh's: the configuration that a resource's proxies get, connected or not.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { keyOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import { callerOf } from '../caller.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { Refused } from '../refused.ts';
import { type FindParts, findResource, proxyOnly } from '../resource.ts';
import { answer } from '../wire.ts';
import { configurationOf, staticConfigurationOf } from './configuration.ts';

export interface OwnParts extends FindParts {
  readonly reportBug: ReportBug;
}

export function createOwn(parts: OwnParts) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(
      httpRouterHandler([
        { method: 'GET', path: '/heddle/v1/config', handler: (event: APIGatewayProxyEvent) => config(parts, event) },
      ]),
    );
}

async function config(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const caller = callerOf(event);
  const { resource: text = '', static: form } = event.queryStringParameters ?? {};
  if (text === '')
    throw new Refused(
      invalid('resource', `Value null at 'resource' failed to satisfy constraint: Member must not be null`),
    );
  const found = await findResource(
    parts,
    text,
    caller,
    (kind) => `appmesh:Describe${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
  );
  proxyOnly(found);
  const key = keyOf(found.resource);
  const body = form === 'true' ? staticConfigurationOf(found.mesh, key) : configurationOf(found.mesh, key, found.arn);
  return answer(body, event.requestContext.requestId);
}
