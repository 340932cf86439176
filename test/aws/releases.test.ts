// Two releases on one log, this one and a later one with an event that this one does not know: forwards while both write,
// and back, when what is new stops this one there and nowhere else.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import {
  AppMeshClient,
  CreateMeshCommand,
  DescribeMeshCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateMeshCommand,
} from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator } from '#cli/credentials.ts';
import { newestSchema } from '#events/schema.ts';
import { stateSchema } from '#events/snapshot.ts';
import { type DynamodbPlaces, openDynamodb } from '#store/dynamodb.ts';
import type { Stores } from '#store/through.ts';
import { type SimulatedEnvoy, simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';
import { type ControlPlaneProcess, region, runHeddle } from '#test/envoy/fixture/control-plane.ts';
import { apply, changeNode, mesh, node, nodeId } from '#test/envoy/fixture/documents.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { type Emulator, emulatorAvailable, startEmulator } from './emulator.ts';
import { bundleNextRelease, nextSchema, nextStateSchema } from './release.ts';
import { makePlaces } from './tables.ts';

const thisRelease = resolve(import.meta.dirname, '../../cli/heddle.ts');
const stream = 'mesh/000000000000/m';
const meshArn = `arn:aws:appmesh:${region}:000000000000:mesh/m`;

describe.skipIf(!(await emulatorAvailable()))('two releases on one log', { timeout: 120_000 }, () => {
  const stage = useStage();
  let emulator: Emulator;
  let places: DynamodbPlaces;
  let stores: Stores;
  let environment: Readonly<Record<string, string>>;
  let nextRelease: string;
  let old: ControlPlaneProcess;
  let next: ControlPlaneProcess;
  let acknowledged = 0;

  const start = (program: string) => runHeddle(stage, join(stage.folder(), 'data'), environment, program);
  const heddle = (program: string, ...words: readonly string[]) =>
    spawnSync(process.execPath, [program, ...words], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    });
  /** A client that hears each answer, and does not ask again. */
  const once = async ({ api, dataDirectory }: ControlPlaneProcess) => {
    const client = new AppMeshClient({
      endpoint: api,
      region,
      credentials: await administrator(dataDirectory),
      maxAttempts: 1,
    });
    stage.defer(() => client.destroy());
    return client;
  };
  const write = async (to: ControlPlaneProcess) => {
    const type = acknowledged % 2 === 0 ? 'DROP_ALL' : 'ALLOW_ALL';
    await to.mesh.send(new UpdateMeshCommand({ meshName: 'm', spec: { egressFilter: { type } } }));
    acknowledged += 1;
  };
  const versionAt = async ({ mesh: client }: ControlPlaneProcess) =>
    (await client.send(new DescribeMeshCommand({ meshName: 'm' }))).mesh?.metadata?.version;
  const schemas = async () => (await stores.events.read(stream, 1)).map(({ schema }) => schema);

  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.adopt();
    places = await makePlaces();
    stores = openDynamodb({ ...places, now: Date.now });
    const store = { HEDDLE_STORE: `dynamodb:${places.logTable}`, HEDDLE_SNAPSHOT_BUCKET: places.bucket };
    environment = { ...emulator.environment, ...store, HEDDLE_ADMIN_ADDR: '127.0.0.1:0' };
    nextRelease = await bundleNextRelease(stage.folder());
    old = await start(thisRelease);
    await apply(old.mesh, mesh(), node('front', { port: 8_000 }));
    await write(old);
  }, 90_000);
  afterAll(async () => {
    await stores?.events.close();
    await stores?.views.close();
    await emulator?.stop();
  });

  it('read and write side by side, in the schema that both know', async () => {
    next = await start(nextRelease);
    for (let round = 0; round < 5; round += 1) await Promise.all([write(old), write(next)]);
    expect([await versionAt(old), await versionAt(next)]).toEqual([acknowledged + 1, acknowledged + 1]);
    expect(new Set(await schemas())).toEqual(new Set([newestSchema]));
  });

  it('the later one makes snapshots of its own, and leaves those of the other', async () => {
    expect(heddle(thisRelease, 'rebuild').status).toBe(0);
    expect(heddle(nextRelease, 'rebuild').status).toBe(0);
    const [first, second] = [
      await stores.views.newestSnapshot(stream, stateSchema),
      await stores.views.newestSnapshot(stream, nextStateSchema),
    ];
    expect(first).toBeDefined();
    expect(second).toMatchObject({ sequence: first?.sequence });
  });

  it('the schema is not raised while a streamer of the earlier one lives', async () => {
    const { status, stderr } = heddle(nextRelease, 'upgrade');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: 1 streamer task of an earlier release/)]);
    expect(new Set(await schemas())).toEqual(new Set([newestSchema]));
  });

  describe('when it is raised all the same', () => {
    let [behind, ahead]: SimulatedEnvoy[] = [];
    let [heard, ended] = [0, false];

    beforeAll(async () => {
      const envoyOf = async ({ streamer, token }: ControlPlaneProcess) => {
        const metadata = { authorization: `Bearer ${await token(nodeId('front'))}` };
        const envoy = simulateEnvoy(streamer, { node: nodeId('front'), metadata });
        stage.defer(() => envoy.close());
        envoy.say('listener');
        envoy.ack(await envoy.hear());
        return envoy;
      };
      [behind, ahead] = [await envoyOf(old), await envoyOf(next)];
      void behind.status.then(() => {
        ended = true;
      });
      expect(heddle(nextRelease, 'upgrade', '--force').status).toBe(0);
      await eventually(async () => {
        await next.mesh.send(new TagResourceCommand({ resourceArn: meshArn, tags: [{ key: 'k', value: 'v' }] }));
        expect((await schemas()).at(-1)).toBe(nextSchema);
      });
      const [commit] = await stores.events.read(stream, (await schemas()).length);
      expect(commit?.events).toMatchObject([{ type: 'TagsSet' }]);
    });

    it('the earlier one stops there: its calls on that mesh are to come again, all others go on', async () => {
      const client = await once(old);
      await expect(client.send(new DescribeMeshCommand({ meshName: 'm' }))).rejects.toMatchObject({
        name: 'ServiceUnavailableException',
        message: expect.stringContaining(`it was written by a newer release, in schema ${nextSchema}`),
        $response: { headers: { 'retry-after': '1' } },
      });
      await client.send(new CreateMeshCommand({ meshName: 'other' }));
      const [made] = await stores.events.read('mesh/000000000000/other', 1);
      expect(made?.schema).toBe(newestSchema);
    });

    it('its Envoys keep what they have, while those of the later one are told what is new', async () => {
      await apply(next.mesh, changeNode('front', { port: 9_000 }));
      await ahead?.hear();
      heard = behind?.unheard() ?? -1;
      expect([heard, ended]).toEqual([0, false]);
    });

    it('the later one in its place reads all of it', async () => {
      await old.kill();
      old = await start(nextRelease);
      expect([await versionAt(old), await versionAt(next)]).toEqual([acknowledged + 1, acknowledged + 1]);
      for (let round = 0; round < 3; round += 1) await Promise.all([write(old), write(next)]);
      expect(await versionAt(old)).toBe(acknowledged + 1);
      const { tags } = await old.mesh.send(new ListTagsForResourceCommand({ resourceArn: meshArn }));
      expect(tags).toEqual([{ key: 'k', value: 'v' }]);
      await old.mesh.send(new DescribeMeshCommand({ meshName: 'other' }));
    });
  });
});
