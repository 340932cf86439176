// AWS's JSON protocol (awsJson1_1), in which the embedded registry and authority answer: one path, the operation in
// `X-Amz-Target`, the error's name in the body as well.
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type ReportBug, refusals } from './refusals.ts';

const contentType = 'application/x-amz-json-1.1';

/** The API and the operation that a call is for: `X-Amz-Target: API.Operation`; empty where it does not say. */
export function targetOf({ headers }: APIGatewayProxyEvent): { readonly api: string; readonly operation: string } {
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1] ?? '';
  const [api = '', operation = ''] = target.split('.');
  return { api, operation };
}

/** The handler of an API in this protocol; `respond` gives the body of an answer. */
export function awsJson(reportBug: ReportBug, respond: (event: APIGatewayProxyEvent) => Promise<object>) {
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(refusals(reportBug))
    .handler(async (event) => {
      const body = JSON.stringify(await respond(event));
      const headers = { 'content-type': contentType, 'x-amzn-requestid': event.requestContext.requestId };
      return { statusCode: 200, headers, body };
    });
  return async (...[event, context]: Parameters<typeof handler>): Promise<APIGatewayProxyResult> =>
    typed(await handler(event, context));
}

/** Some clients read an error's name in the body alone. */
function typed(result: APIGatewayProxyResult): APIGatewayProxyResult {
  const name = result.headers?.['x-amzn-errortype'];
  if (name === undefined) return result;
  const headers = { ...result.headers, 'content-type': contentType };
  return { ...result, headers, body: JSON.stringify({ __type: name, ...JSON.parse(result.body) }) };
}
