// What stands around a deployed handler: paths as on the wire, an answer to a bug, one line a request, no secret in it.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createEvent } from '#local/gateway-event.ts';
import { callerOf } from '../caller.ts';
import { createFunctionLog } from './log.ts';
import { serve } from './serve.ts';
import { wirePath } from './wire-path.ts';

const caller = { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/ada', accessKeyId: 'AKIA' };
const event = (path: string): APIGatewayProxyEvent =>
  createEvent(
    {
      requestId: 'r-1',
      time: 0,
      method: 'GET',
      path,
      rawQuery: '',
      httpVersion: '1.1',
      rawHeaders: ['authorization', 'AWS4-HMAC-SHA256 Credential=AKIA, Signature=very-secret'],
      sourceIp: '10.0.0.1',
      userAgent: 'test',
      body: '{"secret":"in the body"}',
    },
    caller,
  );

function logged() {
  const lines: string[] = [];
  const log = createFunctionLog(
    pino({ base: null }, { write: (line: string) => void lines.push(line) }),
    'api',
    () => 7,
  );
  return { lines, log };
}

test('a line tells who asked for what and how it ended, with metrics for CloudWatch', async () => {
  const { lines, log } = logged();
  let time = 0;
  const now = () => {
    time += 5;
    return time;
  };
  const result = { statusCode: 404, headers: { 'x-amzn-errortype': 'NotFoundException' }, body: '{}' };
  const paths: string[] = [];
  const handler = async ({ path }: APIGatewayProxyEvent) => {
    paths.push(path);
    return result;
  };
  expect(await serve(handler, log, now)(event('/v20190125/meshes/a b'), {} as Context)).toBe(result);
  expect(paths).toEqual(['/v20190125/meshes/a%20b']);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    requestId: 'r-1',
    status: 404,
    errorType: 'NotFoundException',
    accountId: caller.accountId,
    caller: caller.arn,
    Function: 'api',
    Duration: 5,
    Faults: 0,
    _aws: { Timestamp: 7, CloudWatchMetrics: [{ Namespace: 'Heddle', Dimensions: [['Function']] }] },
  });
  expect(lines.join()).not.toMatch(/very-secret|in the body/);
});

test('a bug is answered with 500, and its cause is in the log under the same request', async () => {
  const { lines, log } = logged();
  const broken = () => Promise.reject(new Error('a bug'));
  const { statusCode, headers } = await serve(broken, log, () => 0)(event('/'), {} as Context);
  expect([statusCode, headers?.['x-amzn-errortype']]).toEqual([500, 'InternalServerErrorException']);
  const [bug, request] = lines.map((line) => JSON.parse(line));
  expect([bug.requestId, bug.err.message]).toEqual(['r-1', 'a bug']);
  expect([request.status, request.Faults]).toEqual([500, 1]);
});

test('a request without a caller, which the gateway never should let through, is answered and logged', async () => {
  const { lines, log } = logged();
  const unsigned = event('/');
  unsigned.requestContext.identity = { ...unsigned.requestContext.identity, accountId: null, userArn: null };
  const handler = async (received: APIGatewayProxyEvent) => ({ statusCode: 200, body: callerOf(received).arn });
  const { statusCode } = await serve(handler, log, () => 0)(unsigned, {} as Context);
  expect(statusCode).toBe(500);
  expect(lines).toHaveLength(2);
});

test.each([
  ['/meshes/a%2Fb', '/meshes/a%2Fb'],
  ['/meshes/bücher', '/meshes/b%C3%BCcher'],
  ['/meshes/a?b#c', '/meshes/a%3Fb%23c'],
  ['/meshes/100%', '/meshes/100%'],
  ['/meshes/\ud800', '/meshes/%EF%BF%BD'],
  ["/meshes/~!$&'()*+,;=:@-._", "/meshes/~!$&'()*+,;=:@-._"],
])('the path %s is %s on the wire', (path, wire) => {
  expect(wirePath(path)).toBe(wire);
});
