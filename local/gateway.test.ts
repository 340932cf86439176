// The embedded gateway with the clients that people use: who asked reaches the handler, everybody else is refused.
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  AppMeshClient,
  CreateMeshCommand,
  DescribeVirtualServiceCommand,
  ListMeshesCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-app-mesh';
import { SignatureV4 } from '@smithy/signature-v4';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '#identity/credential-list.ts';
import { createGateway, type GatewayHandler, type GatewayRecord } from './gateway.ts';
import type { HttpServer } from './http.ts';

const ANN: Credential = {
  accessKeyId: 'ANN',
  secretAccessKey: 'hush-hush-secret',
  accountId: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/ann',
  policies: [],
};

let gateway: HttpServer;
let url: string;
let events: APIGatewayProxyEvent[];
let records: GatewayRecord[];
let handler: GatewayHandler;

beforeEach(async () => {
  events = [];
  records = [];
  handler = async (event) => {
    events.push(event);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"meshes":[]}' };
  };
  const answering =
    (name: string): GatewayHandler =>
    async () => ({ statusCode: 200, body: name });
  gateway = createGateway({
    credentials: { byAccessKey: (id) => (id === ANN.accessKeyId ? ANN : undefined) },
    now: Date.now,
    routes: [
      { prefix: '/v20190125', handler: (event, context) => handler(event, context) },
      { prefix: '/heddle/v1', handler: answering('own') },
      { prefix: '/heddle/v1/tokens', handler: answering('tokens') },
    ],
    onRequest: (record) => records.push(record),
  });
  url = await gateway.listen('127.0.0.1:0');
});

afterEach(() => gateway.close());

const clientOf = (credentials: {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}): AppMeshClient => new AppMeshClient({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1 });

/** Signs and sends a request that no SDK would make. */
const send = async (
  path: string,
  { method = 'GET', body }: { method?: string; body?: string | Buffer } = {},
): Promise<Response> => {
  const signer = new SignatureV4({ service: 'x', region: 'y', credentials: ANN, sha256: Sha256 });
  const { host, hostname } = new URL(url);
  const signed = await signer.sign({ method, protocol: 'http:', hostname, path, headers: { host }, body });
  const { host: _host, ...headers } = signed.headers;
  return fetch(`${url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
};

const said = async (response: Response): Promise<unknown> => [
  response.status,
  response.headers.get('x-amzn-errortype'),
  ((await response.json()) as { message: string }).message,
];

describe('a call by an SDK', () => {
  test('reaches its handler with the caller, and is logged', async () => {
    await clientOf(ANN).send(new ListMeshesCommand({ limit: 5 }));
    expect(events).toEqual([
      expect.objectContaining({
        httpMethod: 'GET',
        path: '/v20190125/meshes',
        queryStringParameters: { limit: '5' },
        body: null,
        requestContext: expect.objectContaining({
          identity: expect.objectContaining({ accountId: ANN.accountId, userArn: ANN.arn, accessKey: ANN.accessKeyId }),
        }),
      }),
    ]);
    expect(records).toEqual([
      {
        requestId: events[0]?.requestContext.requestId,
        sourceIp: '127.0.0.1',
        method: 'GET',
        path: '/v20190125/meshes',
        status: 200,
        durationMs: expect.any(Number),
        userAgent: expect.stringContaining('aws-sdk-js'),
        caller: { accountId: ANN.accountId, arn: ANN.arn, accessKeyId: ANN.accessKeyId },
      },
    ]);
  });

  test('hands over its body as text', async () => {
    await clientOf(ANN).send(
      new CreateMeshCommand({ meshName: 'm', tags: [{ key: 'name', value: 'ünï' }], clientToken: 't' }),
    );
    expect(JSON.parse(events[0]?.body ?? '')).toEqual({
      meshName: 'm',
      clientToken: 't',
      tags: [{ key: 'name', value: 'ünï' }],
    });
    expect(events[0]?.httpMethod).toBe('PUT');
  });

  test.each(['*.example.local', 'a b', 'ünï', '100%', 'a/b', "it's(!)", '%2F', 'a+b'])(
    'for the name %s finds it in the path, still encoded',
    async (virtualServiceName) => {
      await clientOf(ANN).send(
        new DescribeVirtualServiceCommand({ meshName: 'm', virtualServiceName, meshOwner: '111122223333' }),
      );
      const [, , , , , name] = events[0]?.path.split('/') ?? [];
      expect(decodeURIComponent(name ?? '')).toBe(virtualServiceName);
      expect(events[0]?.queryStringParameters).toEqual({ meshOwner: '111122223333' });
    },
  );

  test('may have several parameters in its query', async () => {
    const resourceArn = 'arn:aws:appmesh:eu-west-1:111122223333:mesh/m/virtualService/a b';
    await clientOf(ANN).send(new ListTagsForResourceCommand({ resourceArn, limit: 3, nextToken: 'a=b&c' }));
    expect(events[0]?.queryStringParameters).toEqual({ resourceArn, limit: '3', nextToken: 'a=b&c' });
  });

  test.each([
    ['another secret', { ...ANN, secretAccessKey: 'guess' }, 'InvalidSignatureException', 'does not match'],
    ['an unknown key', { ...ANN, accessKeyId: 'BOB' }, 'UnrecognizedClientException', 'security token'],
    [
      'a session token that nobody gave out',
      { ...ANN, sessionToken: 'x' },
      'UnrecognizedClientException',
      'security token',
    ],
  ])('with %s is refused by name', async (_what, credentials, name, message) => {
    await expect(clientOf(credentials).send(new ListMeshesCommand({}))).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 403, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(events).toEqual([]);
    expect(records).toEqual([
      expect.objectContaining({ status: 403, errorType: name, message: expect.stringContaining(message) }),
    ]);
    expect(JSON.stringify(records)).not.toContain(ANN.secretAccessKey);
  });
});

describe('routes', () => {
  test('the longest prefix wins, by whole segments', async () => {
    const answers = ['/heddle/v1', '/heddle/v1/config', '/heddle/v1/tokens', '/heddle/v1/tokens/mesh/m'].map((path) =>
      send(path),
    );
    expect(await Promise.all((await Promise.all(answers)).map((response) => response.text()))).toEqual([
      'own',
      'own',
      'tokens',
      'tokens',
    ]);
    expect((await send('/heddle/v12')).status).toBe(404);
  });

  test('a path that is not served is said to be unknown, to those who signed', async () => {
    expect(await said(await send('/nowhere'))).toEqual([
      404,
      'UnknownOperationException',
      'No operation is served at GET /nowhere.',
    ]);
    expect(await said(await fetch(`${url}/nowhere`))).toEqual([
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ]);
  });
});

describe('a body', () => {
  test('over a megabyte is refused, but first comes who asked', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    expect(await said(await send('/v20190125/meshes', { method: 'PUT', body }))).toEqual([
      400,
      'BadRequestException',
      'The body of the request is larger than 1048576 bytes.',
    ]);
    expect(await said(await fetch(`${url}/v20190125/meshes`, { method: 'PUT', body }))).toEqual([
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ]);
    expect(events).toEqual([]);
  });

  test('of a megabyte is taken', async () => {
    expect((await send('/v20190125/meshes', { method: 'PUT', body: 'x'.repeat(1024 * 1024) })).status).toBe(200);
  });

  test('that is not UTF-8 is refused', async () => {
    expect(await said(await send('/v20190125/meshes', { method: 'PUT', body: Buffer.from([0xff]) }))).toEqual([
      400,
      'BadRequestException',
      'The body of the request is not UTF-8.',
    ]);
  });
});

describe('a handler', () => {
  test('that throws makes a 500 that tells the log, not the caller', async () => {
    const bug = new Error('a bug with details');
    handler = () => Promise.reject(bug);
    expect(await said(await send('/v20190125/meshes'))).toEqual([
      500,
      'InternalServerErrorException',
      expect.not.stringContaining('details'),
    ]);
    expect(records).toEqual([
      expect.objectContaining({ status: 500, error: bug, caller: expect.objectContaining({ accessKeyId: 'ANN' }) }),
    ]);
  });

  test('that refuses is logged with the name of its error', async () => {
    handler = async () => ({
      statusCode: 404,
      headers: { 'x-amzn-ErrorType': 'NotFoundException' },
      body: '{"message":"no"}',
    });
    expect(await said(await send('/v20190125/meshes'))).toEqual([404, 'NotFoundException', 'no']);
    expect(records).toEqual([expect.objectContaining({ status: 404, errorType: 'NotFoundException' })]);
  });

  test('knows how much time it has', async () => {
    const left: number[] = [];
    handler = async (_event, context) => {
      left.push(context.getRemainingTimeInMillis());
      return { statusCode: 204, body: '' };
    };
    expect((await send('/v20190125/meshes')).status).toBe(204);
    expect(left[0]).toBeGreaterThan(0);
  });
});
