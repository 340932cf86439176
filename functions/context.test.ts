// The condition keys of a request, from the event that a gateway makes.
import { expect, test } from 'vitest';
import { createEvent } from '#local/gateway-event.ts';
import { requestEntries } from './context.ts';

const request = {
  requestId: 'id',
  time: 1_600_000_000_500,
  method: 'GET',
  path: '/v20190125/meshes',
  rawQuery: '',
  httpVersion: '1.1',
  rawHeaders: ['Host', 'localhost', 'X-Forwarded-Proto', 'https', 'x-forwarded-for', '8.8.8.8'],
  sourceIp: '127.0.0.1',
  userAgent: 'aws-cli',
  body: undefined,
};
const caller = { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann', accessKeyId: 'ANN' };

test('are those of the caller, the connection and the time', () => {
  expect(Object.fromEntries(requestEntries(createEvent(request, caller), 'eu-west-1'))).toEqual({
    'aws:PrincipalAccount': '111122223333',
    'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/ann',
    'aws:PrincipalType': 'User',
    'aws:username': 'ann',
    'aws:userid': 'ANN',
    'aws:SourceIp': '127.0.0.1',
    'aws:UserAgent': 'aws-cli',
    'aws:CurrentTime': '2020-09-13T12:26:40Z',
    'aws:EpochTime': '1600000000',
    'aws:SecureTransport': 'false',
    'aws:RequestedRegion': 'eu-west-1',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
  });
});

test('name the endpoint that a private API was reached through', () => {
  const event = createEvent(request, caller);
  const identity = { ...event.requestContext.identity, vpcId: 'vpc-1', vpceId: 'vpce-1' };
  const entries = requestEntries({ ...event, requestContext: { ...event.requestContext, identity } }, 'r');
  expect([new Map(entries).get('aws:SourceVpc'), new Map(entries).get('aws:SourceVpce')]).toEqual(['vpc-1', 'vpce-1']);
});

test('leave out what the request does not have', () => {
  const keys = new Map(requestEntries(createEvent({ ...request, userAgent: undefined, sourceIp: '' }, caller), 'r'));
  expect([keys.has('aws:UserAgent'), keys.has('aws:SourceIp')]).toEqual([false, false]);
});

test('take a secure transport from the gateway alone', () => {
  const event = createEvent(request, caller);
  const secure = { ...event, headers: { ...event.headers, 'X-Forwarded-Proto': 'https' } };
  expect(new Map(requestEntries(secure, 'r')).get('aws:SecureTransport')).toBe('true');
});
