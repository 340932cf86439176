// Throttling and quotas as clients meet them: which error, when it is told, and that the SDK waits as long as it is asked.
import { AppMeshClient, DescribeMeshCommand, ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createThrottle } from '#functions/throttle.ts';
import { createGateway } from '#local/gateway.ts';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { principals } from '#test/suites/api/principals.ts';
import { apiOf, credentialList, startInProcess } from './in-process.ts';

describe('an account that calls too often', () => {
  let time = 0;
  let bench: Bench;
  beforeAll(async () => {
    bench = benchOf(await startInProcess({ throttle: createThrottle({ rate: 2, burst: 2 }, () => time) }));
  });
  afterAll(() => bench.close());

  test('is told TooManyRequestsException, 429, and how long to wait', async () => {
    for (const status of [200, 200, 429]) expect((await bench.call('ListMeshes', {})).status).toBe(status);
    time += 100;
    const { status, headers, body } = await bench.call('ListMeshes', {});
    expect({ status, headers, body }).toMatchObject({
      status: 429,
      headers: { 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '1', 'x-amz-retry-after': '400' },
      body: { message: expect.stringContaining('try again in 400 ms') },
    });
  });

  test('before its request is looked at', async () => {
    const broken = { method: 'PUT', path: '/v20190125/meshes', body: '{' };
    expect((await bench.send(broken)).status).toBe(429);
    expect((await bench.send(broken, principals.stranger)).status).toBe(400);
  });

  test('whoever in it calls, while other accounts go on', async () => {
    expect((await bench.call('ListMeshes', {}, principals.reader)).status).toBe(429);
    expect((await bench.call('ListMeshes', {}, principals.lister)).status).toBe(200);
  });

  test('until it has waited', async () => {
    time += 400;
    expect((await bench.call('ListMeshes', {})).status).toBe(200);
  });
});

test('the SDK waits as long as it is asked, so that its second attempt goes through', async () => {
  const byKey = new Map(credentialList().map((one) => [one.accessKeyId, one]));
  const throttle = createThrottle({ rate: 0.5, burst: 1 }, () => performance.now());
  const gateway = createGateway({
    credentials: { byAccessKey: (id) => byKey.get(id) },
    now: Date.now,
    routes: [{ prefix: '/v20190125', handler: apiOf({ throttle }) }],
    onRequest: () => undefined,
  });
  const endpoint = await gateway.listen('127.0.0.1:0');
  const { accessKeyId, secretAccessKey } = principals.owner;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new AppMeshClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 3 });
  await client.send(new ListMeshesCommand({}));
  // Left to itself the SDK would try again within a second; there is a token only after two.
  const { $metadata } = await client.send(new ListMeshesCommand({}));
  expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
  client.destroy();
  await gateway.close();
});

test('a quota is LimitExceededException to the SDK, with its number', async () => {
  const bench = benchOf(await startInProcess({ quotas: { virtualNodesPerMesh: 1 } }));
  const meshName = await bench.mesh();
  const made = { meshName, virtualNodeName: 'a', spec: {} };
  expect((await bench.call('CreateVirtualNode', made)).status).toBe(200);
  const { status, headers, body } = await bench.call('CreateVirtualNode', { ...made, virtualNodeName: 'b' });
  expect([status, headers['x-amzn-errortype']]).toEqual([400, 'LimitExceededException']);
  expect(body.message).toBe(`The quota of 1 virtual nodes per mesh would be exceeded in mesh ${meshName}`);
  await expect(bench.client().send(new DescribeMeshCommand({ meshName }))).resolves.toBeDefined();
  await bench.close();
});
