// The AWS command line against the embedded gateway, with nothing but the profile that a first start writes.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCredentials } from '#identity/credentials.ts';
import { awsPath } from '#test/setup/tools.ts';
import { createGateway } from './gateway.ts';
import type { HttpServer } from './http.ts';

const aws = awsPath();

describe.skipIf(aws === undefined)('the AWS command line', () => {
  const events: APIGatewayProxyEvent[] = [];
  let dataDir: string;
  let gateway: HttpServer;
  let url: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'heddle-aws-'));
    const credentials = openCredentials({
      file: join(dataDir, 'credentials.json'),
      dataDir,
      region: 'eu-west-1',
      report: (message) => expect.unreachable(message),
    });
    gateway = createGateway({
      credentials,
      now: Date.now,
      onRequest: () => undefined,
      routes: [
        {
          prefix: '/v20190125',
          handler: async (event) => {
            events.push(event);
            return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"meshes":[]}' };
          },
        },
      ],
    });
    url = await gateway.listen('127.0.0.1:0');
  });

  afterAll(async () => {
    await gateway.close();
    rmSync(dataDir, { recursive: true });
  });

  const run = async (...parameters: readonly string[]): Promise<string> => {
    const env = {
      PATH: process.env.PATH,
      HOME: dataDir,
      LC_ALL: 'C.UTF-8',
      AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'aws', 'credentials'),
      AWS_PROFILE: 'heddle',
      AWS_ENDPOINT_URL_APP_MESH: url,
    };
    const { stdout } = await promisify(execFile)(aws ?? '', ['appmesh', ...parameters], { env });
    return stdout;
  };

  test('lists by the profile heddle', async () => {
    expect(JSON.parse(await run('list-meshes'))).toEqual({ meshes: [] });
    expect(events.at(-1)?.requestContext.identity.userArn).toBe('arn:aws:iam::000000000000:user/heddle-admin');
  });

  test('signs names with odd characters, queries and bodies alike', async () => {
    const name = `*.a b/ü%2F~+'(!)`;
    const mesh = ['--mesh-name', 'm', '--mesh-owner', '000000000000'];
    await run('describe-virtual-service', ...mesh, '--virtual-service-name', name);
    const { path = '', queryStringParameters } = events.at(-1) ?? {};
    expect(decodeURIComponent(path.split('/')[5] ?? '')).toBe(name);
    expect(queryStringParameters).toEqual({ meshOwner: '000000000000' });
    await run('create-virtual-service', ...mesh, '--virtual-service-name', name, '--spec', '{}');
    expect(JSON.parse(events.at(-1)?.body ?? '')).toMatchObject({ virtualServiceName: name, spec: {} });
  });
});
