// What is ours and not App Mesh's: the configuration that a resource's proxies get, what the connected ones run, and what
// a change would do to them.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { keyOf } from '#events/names.ts';
import { invalid } from '#events/refusal.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { granted, Refused } from '../refused.ts';
import { findResource, proxyOnly } from '../resource.ts';
import { answer } from '../wire.ts';
import { configurationOf, staticConfigurationOf } from './configuration.ts';
import { describing } from './describing.ts';
import { planOf } from './plan.ts';
import { type StatusParts, statusOf } from './status.ts';

export interface OwnParts extends StatusParts {
  readonly reportBug: ReportBug;
}

export function createOwn(parts: OwnParts) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(
      httpRouterHandler([
        { method: 'GET', path: '/heddle/v1/config', handler: (event: APIGatewayProxyEvent) => config(parts, event) },
        { method: 'GET', path: '/heddle/v1/status', handler: (event: APIGatewayProxyEvent) => status(parts, event) },
        { method: 'POST', path: '/heddle/v1/plan', handler: (event: APIGatewayProxyEvent) => plan(parts, event) },
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
  const found = await findResource(parts, text, caller, describing);
  proxyOnly(found);
  const key = keyOf(found.resource);
  const body = form === 'true' ? staticConfigurationOf(found.mesh, key) : configurationOf(found.mesh, key, found.arn);
  return answer(body, event.requestContext.requestId);
}

async function status(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const rows = await statusOf(parts, event, event.queryStringParameters ?? {});
  return answer(rows, event.requestContext.requestId);
}

async function plan(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const planned = await planOf(parts, event, granted(bodyOf(event)).members);
  return answer(planned, event.requestContext.requestId);
}
