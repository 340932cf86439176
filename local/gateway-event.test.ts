// The event for a handler, as API Gateway would make it.
import { expect, test } from 'vitest';
import { createEvent, type GatewayRequest } from './gateway-event.ts';

const CALLER = { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann', accessKeyId: 'ANN' };
const REQUEST: GatewayRequest = {
  requestId: 'id',
  time: 5000,
  method: 'PUT',
  path: '/v20190125/meshes/a%2Fb',
  rawQuery: 'limit=1&tag=a&tag=b%20c&__proto__=x',
  httpVersion: '1.1',
  rawHeaders: ['Host', 'localhost', 'X-Twice', '1', 'X-Twice', '2'],
  sourceIp: '127.0.0.1',
  userAgent: 'aws-cli',
  body: '{}',
};

test('carries the request', () => {
  expect(createEvent(REQUEST, CALLER)).toMatchObject({
    httpMethod: 'PUT',
    path: '/v20190125/meshes/a%2Fb',
    headers: { Host: 'localhost', 'X-Twice': '2' },
    multiValueHeaders: { Host: ['localhost'], 'X-Twice': ['1', '2'] },
    body: '{}',
    isBase64Encoded: false,
  });
});

test('holds the query decoded, whatever its names are', () => {
  const { queryStringParameters, multiValueQueryStringParameters } = createEvent(REQUEST, CALLER);
  expect(Object.entries(queryStringParameters ?? {})).toEqual([
    ['limit', '1'],
    ['tag', 'b c'],
    ['__proto__', 'x'],
  ]);
  expect(multiValueQueryStringParameters?.tag).toEqual(['a', 'b c']);
});

test('names the caller where handlers look for it', () => {
  const { requestContext } = createEvent(REQUEST, CALLER);
  expect(requestContext).toMatchObject({
    requestId: 'id',
    requestTimeEpoch: 5000,
    httpMethod: 'PUT',
    protocol: 'HTTP/1.1',
  });
  expect(requestContext.identity).toMatchObject({
    accountId: '111122223333',
    userArn: 'arn:aws:iam::111122223333:user/ann',
    accessKey: 'ANN',
    sourceIp: '127.0.0.1',
    userAgent: 'aws-cli',
  });
});

test('has null for what is absent', () => {
  const event = createEvent({ ...REQUEST, rawQuery: '', body: undefined, userAgent: undefined }, CALLER);
  expect([event.queryStringParameters, event.multiValueQueryStringParameters, event.body]).toEqual([null, null, null]);
  expect(event.requestContext.identity.userAgent).toBe(null);
});
