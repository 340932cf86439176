// What is ours and not App Mesh's: the configuration that a resource's proxies get, what the connected ones run, what a
// change would do to them, the history of a mesh and the way back, and the description of it all.
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { keyOf } from '#events/names.ts';
import { settled } from '#events/sharing.ts';
import { type ReportBug, refusals } from '../refusals.ts';
import { describing, findResource, proxyOnly } from '../resource.ts';
import { answer } from '../wire.ts';
import { certificatesOf } from './certificates.ts';
import { configurationOf, staticConfigurationOf } from './configuration.ts';
import { type HistoryParts, history } from './history-answer.ts';
import { inputOf } from './input.ts';
import { openApi } from './openapi.ts';
import { ownOperations } from './operations.ts';
import { type PlanParts, planOf } from './plan.ts';
import { rollback } from './rollback.ts';
import { routesOf } from './routes.ts';
import { type StatusParts, statusOf } from './status.ts';

export interface OwnParts extends HistoryParts, StatusParts, PlanParts {
  readonly reportBug: ReportBug;
}

export function createOwn(parts: OwnParts) {
  const routes = routesOf({
    GetConfiguration: (event) => config(parts, event),
    GetStatus: (event) => status(parts, event),
    GetCertificates: (event) => certificates(parts, event),
    Plan: (event) => plan(parts, event),
    GetHistory: (event) => history(parts, event),
    Rollback: (event) => rollback(parts, event),
    GetOpenApi: async (event) => answer(openApi(), event.requestContext.requestId),
  });
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(parts.reportBug))
    .handler(httpRouterHandler([...routes]));
}

async function config(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { static: asBootstrap = false, ...named } = inputOf(ownOperations.GetConfiguration, event);
  const found = await findResource(parts, event, named, describing);
  proxyOnly(found);
  const key = keyOf(found.resource);
  const mesh = settled(found.mesh, found.organizations);
  const body = asBootstrap
    ? await staticConfigurationOf(mesh, key, parts)
    : await configurationOf(mesh, key, found.arn, parts);
  return answer(body, event.requestContext.requestId);
}

async function status(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const rows = await statusOf(parts, event, inputOf(ownOperations.GetStatus, event));
  return answer(rows, event.requestContext.requestId);
}

async function certificates(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const rows = await certificatesOf(parts, event, inputOf(ownOperations.GetCertificates, event));
  return answer(rows, event.requestContext.requestId);
}

async function plan(parts: OwnParts, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const planned = await planOf(parts, event, inputOf(ownOperations.Plan, event));
  return answer(planned, event.requestContext.requestId);
}
