// Every refusal's error on the wire: name, status and message, and what a long list of faults becomes.
import { expect, test } from 'vitest';
import { invalid, type Refusal } from '#events/refusal.ts';
import { errorAnswer, wireError } from '#functions/wire.ts';

test.each<[Refusal, string, number, string]>([
  [invalid('spec.x', "'spec.x' is odd"), 'BadRequestException', 400, "1 validation error detected: 'spec.x' is odd"],
  [{ refused: 'not-found', what: 'mesh m' }, 'NotFoundException', 404, 'There is no mesh m'],
  [{ refused: 'exists', what: 'mesh m' }, 'ConflictException', 409, 'There is a mesh m already'],
  [
    { refused: 'token-reused', operation: 'CreateMesh' },
    'ConflictException',
    409,
    'The client token was used before for another CreateMesh request',
  ],
  [
    { refused: 'in-use', what: 'virtualNode n', users: ['virtualService/s', 'virtualRouter/r/route/x'] },
    'ResourceInUseException',
    409,
    'The virtualNode n is in use by virtualService/s, virtualRouter/r/route/x',
  ],
  [{ refused: 'forbidden', reason: 'Not yours' }, 'ForbiddenException', 403, 'Not yours'],
  [
    { refused: 'too-many-tags', what: 'mesh m', limit: 50 },
    'TooManyTagsException',
    400,
    'The mesh m would have more than 50 tags',
  ],
  [
    { refused: 'limit-exceeded', quota: 'virtualNodesPerMesh', limit: 200, of: 'mesh colors' },
    'LimitExceededException',
    400,
    'The quota of 200 virtual nodes per mesh would be exceeded in mesh colors',
  ],
  [{ refused: 'too-busy', reason: 'Later' }, 'TooManyRequestsException', 429, 'Later'],
  [{ refused: 'unavailable', reason: 'Not now' }, 'ServiceUnavailableException', 503, 'Not now'],
])('%j', (refusal, name, status, message) => {
  expect(wireError(refusal)).toEqual({ name, status, message });
});

test('long lists are cut short, and said to be', () => {
  const faults = Array.from({ length: 100 }, (_, index) => ({ path: `p${index}`, message: `fault ${index}.` }));
  const { message } = wireError({ refused: 'invalid', faults });
  expect(message).toMatch(/^100 validation errors detected: fault 0\.; .*fault 19\.; and 80 more$/);
  const users = Array.from({ length: 21 }, (_, index) => `virtualNode/${index}`);
  expect(wireError({ refused: 'in-use', what: 'mesh m', users }).message).toMatch(/virtualNode\/19, and 1 more$/);
});

test('an error is JSON with its name in a header; one that asks for patience says how much', () => {
  const busy = errorAnswer(wireError({ refused: 'too-busy', reason: 'Later' }), 'request-1');
  expect(busy).toEqual({
    statusCode: 429,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': 'request-1',
      'x-amzn-errortype': 'TooManyRequestsException',
      'retry-after': '1',
      'x-amz-retry-after': '1000',
    },
    body: '{"message":"Later"}',
  });
  const away = errorAnswer(wireError({ refused: 'unavailable', reason: 'Away' }), 'request-3');
  expect(away).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1', 'x-amz-retry-after': '1000' } });
  const { headers } = errorAnswer(wireError({ refused: 'not-found', what: 'mesh m' }), 'request-2');
  expect(headers).not.toHaveProperty('retry-after');
  expect(headers).not.toHaveProperty('x-amz-retry-after');
});
