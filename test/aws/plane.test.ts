// The deployed shape from end to end: a signed request through API Gateway, Lambda and DynamoDB, the projector on the
// table's stream, and a streamer as a process, into a real Envoy's traffic.
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Seen, startHttp } from '#test/envoy/fixture/application.ts';
import { apply, mesh, node, nodeId, route, router, service, shift } from '#test/envoy/fixture/documents.ts';
import { startEnvoy } from '#test/envoy/fixture/envoy.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { request } from '#test/envoy/fixture/request.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { startTraffic } from '#test/envoy/fixture/traffic.ts';
import { envoyPath } from '#test/setup/tools.ts';
import type { Bench } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { type DeployedControlPlane, deployedControlPlane } from './deployed-control-plane.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { rootBench } from './root-bench.ts';
import { manyWriters } from './writers.ts';

const possible = envoyPath() !== undefined && (await emulatorAvailable());

describe.skipIf(!possible)('the deployed plane', { timeout: 120_000 }, () => {
  const stage = useStage();
  let deployment: Deployment;
  let heddle: DeployedControlPlane;
  let bench: Bench;

  beforeAll(async () => {
    // A worker of the emulator's is a process: without a limit fifty requests at once are fifty of them.
    deployment = await startDeployment({ account, settings: { LAMBDA_ACCOUNT_CONCURRENCY: '4' } });
    heddle = await deployedControlPlane(stage, deployment);
    bench = rootBench(deployment);
  }, 180_000);
  afterAll(async () => {
    await bench?.close();
    await deployment?.stop();
  });

  it('takes a change from a signed request into an Envoy’s traffic, and loses none of it', async () => {
    const [red, blue] = [await startHttp(stage, 'red'), await startHttp(stage, 'blue')];
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: red }),
      node('blue', { port: blue }),
      router('color', 8080),
      route('color', 'all', { red: 1, blue: 0 }),
      service('color.local', { router: 'color' }),
      node('front', { backends: ['color.local'] }),
    );
    const { address: host, egressPort: port } = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    const traffic = startTraffic(stage, async () => {
      const { status, body } = await request({ host, port, headers: { host: 'color.local' } });
      if (status !== 200) throw new Error(`${status}: ${body}`);
      return (JSON.parse(body) as Seen).name;
    });
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['red'])));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['blue'])));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });

  it('takes the writes of fifty at once to one mesh: all that it acknowledged are there, none is a fault', async () => {
    const meshName = await bench.mesh();
    const statuses: number[] = [];
    const places = await manyWriters(bench, meshName, 50, statuses);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    // The mesh itself is the first.
    expect(places).toEqual(Array.from({ length: 150 }, (_, index) => index + 2));
    const client = new DynamoDBClient();
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: deployment.table,
        KeyConditionExpression: '#stream = :stream',
        ExpressionAttributeNames: { '#stream': 'stream' },
        ExpressionAttributeValues: { ':stream': { S: `mesh/${account}/${meshName}` } },
      }),
    );
    client.destroy();
    expect(Items.map(({ version }) => Number(version?.N))).toEqual([1, ...places]);
  });
});
