// The deployed plane when parts of it fail: what was acknowledged stays, what cannot be answered says so, and all is well
// again by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import type { Bench } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { type BreakableProxy, breakableProxy } from './breakable-proxy.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { type HoldingProxy, holdingProxy } from './holding-proxy.ts';
import { configure, killWorkers } from './lambda-worker.ts';
import { rootBench } from './root-bench.ts';

describe.skipIf(!(await emulatorAvailable()))('the deployed plane', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let bench: Bench;
  let breakable: BreakableProxy;
  let holding: HoldingProxy;
  let client: DynamoDBClient;
  let api: string;

  beforeAll(async () => {
    deployment = await startDeployment({ account });
    bench = rootBench(deployment);
    breakable = await breakableProxy(deployment.emulator.endpoint);
    holding = await holdingProxy(deployment.emulator.endpoint);
    client = new DynamoDBClient();
    api = deployment.functionName('api');
  }, 180_000);
  afterAll(async () => {
    client?.destroy();
    breakable?.close();
    holding?.close();
    await bench?.close();
    await deployment?.stop();
  });

  const streamOf = (meshName: string) => `mesh/${account}/${meshName}`;

  async function itemsOf(meshName: string) {
    const query = {
      TableName: deployment.table,
      KeyConditionExpression: '#stream = :stream',
      ExpressionAttributeNames: { '#stream': 'stream' },
      ExpressionAttributeValues: { ':stream': { S: streamOf(meshName) } },
    };
    return (await Array.fromAsync(paginateQuery({ client }, query))).flatMap(({ Items = [] }) => Items);
  }
  const versionsOf = async (meshName: string) => (await itemsOf(meshName)).map(({ version }) => Number(version?.N));
  const node = (meshName: string, virtualNodeName: string, clientToken?: string) =>
    bench.call('CreateVirtualNode', { meshName, virtualNodeName, spec: {}, ...(clientToken && { clientToken }) });

  it('answers 503 with a hint when to come again while DynamoDB refuses, and heals', async () => {
    const meshName = await bench.mesh();
    await configure(api, { AWS_ENDPOINT_URL_DYNAMODB: breakable.endpoint });
    expect((await node(meshName, 'before')).status).toBe(200);
    breakable.cut({ status: 500, name: 'InternalServerError' });
    const end = Date.now() + 10_000;
    const seen = new Set<number>();
    while (Date.now() < end) {
      const { status, headers } = await node(meshName, 'meanwhile');
      seen.add(status);
      expect([headers['x-amzn-errortype'], headers['retry-after']]).toEqual(['ServiceUnavailableException', '1']);
      await sleep(500);
    }
    expect([...seen]).toEqual([503]);
    breakable.mend();
    expect((await node(meshName, 'after')).status).toBe(200);
    expect(await versionsOf(meshName)).toEqual([1, 2, 3]);
  });

  it('loses nothing when a function is killed in mid-append, and gives the same answer to the same call', async () => {
    const meshName = await bench.mesh();
    const marked = { AWS_ENDPOINT_URL_DYNAMODB: holding.endpoint };
    await configure(api, marked);
    expect((await node(meshName, 'warm')).status).toBe(200);
    const held = holding.hold('PutItem');
    const broken = node(meshName, 'n', 'token-1').then(
      ({ status }) => status,
      () => 0,
    );
    await held;
    expect(killWorkers(api, `AWS_ENDPOINT_URL_DYNAMODB=${holding.endpoint}`)).toBeGreaterThan(0);
    expect(await broken).not.toBe(200);
    // It had been written: the call that comes again is told so.
    const again = await node(meshName, 'n', 'token-1');
    expect([again.status, again.headers['x-heddle-sequence']]).toEqual([200, '3']);
    expect((await node(meshName, 'other')).status).toBe(200);
    expect(await versionsOf(meshName)).toEqual([1, 2, 3, 4]);
  });

  it('reads the log where a snapshot is corrupt', async () => {
    await configure(deployment.functionName('projector'), { HEDDLE_SNAPSHOT_EVERY: '5' });
    const meshName = await bench.mesh();
    for (let index = 1; index <= 12; index += 1) await node(meshName, `n${index}`);
    const s3 = new S3Client({ forcePathStyle: true });
    const Bucket = deployment.outputs.SnapshotBucket ?? '';
    const objects = await eventually(async () => {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: `snapshots/${streamOf(meshName)}/` }),
      );
      expect(Contents.length).toBeGreaterThan(0);
      return Contents;
    });
    for (const { Key } of objects) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'not a snapshot' }));
    s3.destroy();
    // A process that has never seen the mesh.
    await configure(api, { HEDDLE_LOG_LEVEL: 'warn' });
    const { status, body } = await bench.call('ListVirtualNodes', { meshName });
    expect([status, (body.virtualNodes as unknown[]).length]).toEqual([200, 12]);
  });

  it('shows what was, and goes on from there, when the table was restored to an earlier point', async () => {
    const meshName = await bench.mesh();
    for (const name of ['a', 'b', 'c']) await node(meshName, name);
    for (const version of ['3', '4']) {
      const Key = { stream: { S: streamOf(meshName) }, version: { N: version } };
      await client.send(new DeleteItemCommand({ TableName: deployment.table, Key }));
    }
    const { body } = await bench.call('ListVirtualNodes', { meshName });
    expect((body.virtualNodes as { readonly virtualNodeName: string }[]).map((one) => one.virtualNodeName)).toEqual([
      'a',
    ]);
    expect((await node(meshName, 'c')).headers['x-heddle-sequence']).toBe('3');
  });

  it('stops one mesh at a commit that it cannot fold, names it, and serves all others', async () => {
    const [meshName, other] = [await bench.mesh(), await bench.mesh()];
    const [first] = await itemsOf(meshName);
    const newer = { ...JSON.parse(first?.body?.S ?? '{}'), id: 'of-a-newer-release', version: 2, schema: 99 };
    const Item = {
      ...first,
      id: { S: newer.id },
      version: { N: '2' },
      body: { S: JSON.stringify(newer) },
      appendedAt: { N: String(Date.now()) },
    };
    await client.send(new PutItemCommand({ TableName: deployment.table, Item }));
    const stopped = await bench.call('DescribeMesh', { meshName });
    expect([stopped.status, stopped.headers['x-amzn-errortype']]).toEqual([503, 'ServiceUnavailableException']);
    expect(stopped.body.message).toContain('newer release');
    expect((await bench.call('DescribeMesh', { meshName: other })).status).toBe(200);
    // The projector has noted it for the alarm.
    await eventually(async () => {
      const query = {
        TableName: `${deployment.table}-views`,
        KeyConditionExpression: '#view = :view',
        ExpressionAttributeNames: { '#view': 'view' },
        ExpressionAttributeValues: { ':view': { S: 'stopped-streams' } },
      };
      const pages = await Array.fromAsync(paginateQuery({ client }, query));
      expect(JSON.stringify(pages.map(({ Items }) => Items))).toContain(streamOf(meshName));
    });
  });
});
