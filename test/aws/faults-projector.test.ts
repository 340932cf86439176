// The deployed projector when its stream of changes is not kind: batches that fail, records that come twice, in any order
// or never. The stream's own mapping is off: the test delivers the records of what was written, by Lambda's rules.
import {
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshFolding } from '#events/folding.ts';
import { meshStream } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { stateCache } from '#store/cache.ts';
import { openDynamodb } from '#store/dynamodb.ts';
import type { Stores } from '#store/through.ts';
import type { Bench } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { type BreakableProxy, breakableProxy } from './breakable-proxy.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';
import { configure } from './lambda-worker.ts';
import { rootBench } from './root-bench.ts';

/** Commits between two snapshots. */
const every = 5;
const { snapshot } = meshFolding;

describe.skipIf(!(await emulatorAvailable()))('the deployed projector', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let bench: Bench;
  let breakable: BreakableProxy;
  let stores: Stores;
  let lambda: LambdaClient;
  let s3: S3Client;

  beforeAll(async () => {
    deployment = await startDeployment({ account });
    bench = rootBench(deployment);
    breakable = await breakableProxy(deployment.emulator.endpoint);
    const { table: logTable, outputs } = deployment;
    const places = { logTable, viewsTable: `${logTable}-views`, bucket: outputs.SnapshotBucket ?? '' };
    stores = openDynamodb({ ...places, now: Date.now });
    lambda = new LambdaClient();
    s3 = new S3Client({ forcePathStyle: true });
    const FunctionName = deployment.functionName('projector');
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    expect(EventSourceMappings).toHaveLength(1);
    for (const { UUID } of EventSourceMappings) {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    }
    await configure(FunctionName, {
      HEDDLE_SNAPSHOT_EVERY: String(every),
      AWS_ENDPOINT_URL_DYNAMODB: breakable.endpoint,
    });
  }, 180_000);
  afterAll(async () => {
    lambda?.destroy();
    s3?.destroy();
    breakable?.close();
    await stores?.events.close();
    await stores?.views.close();
    await bench?.close();
    await deployment?.stop();
  });

  const streamOf = (meshName: string) => meshStream(account, meshName);

  async function writeNodes(meshName: string, from: number, count: number): Promise<void> {
    for (let index = from; index < from + count; index += 1) {
      const { status } = await bench.call('CreateVirtualNode', { meshName, virtualNodeName: `n${index}`, spec: {} });
      expect(status).toBe(200);
    }
  }

  /** What the table's stream tells of a mesh's commits: keys only. */
  async function recordsOf(meshName: string, from = 1): Promise<DynamoDBRecord[]> {
    const stream = streamOf(meshName);
    const commits = await stores.events.read(stream, from, 1_000);
    return commits.map(({ version, time }) => ({
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        ApproximateCreationDateTime: time / 1_000,
        Keys: { stream: { S: stream }, version: { N: String(version) } },
        SequenceNumber: `${stream}@${version}`,
        StreamViewType: 'KEYS_ONLY',
      },
    }));
  }

  async function invoke(event: object): Promise<readonly string[]> {
    const FunctionName = deployment.functionName('projector');
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
    );
    const text = new TextDecoder().decode(Payload);
    expect([FunctionError, text]).toEqual([undefined, expect.any(String)]);
    const { batchItemFailures } = JSON.parse(text) as DynamoDBBatchResponse;
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }
  const idOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? '';

  /** The newest snapshot's version, once it is shown to hold what the whole log says. */
  async function snapshotOf(meshName: string): Promise<number | undefined> {
    const stream = streamOf(meshName);
    const newest = await stores.views.newestSnapshot(stream, snapshot.schema);
    if (newest === undefined) return undefined;
    const { state } = await stateCache<MeshState>({ store: stores.events, folding: meshFolding }).load(stream);
    expect(newest).toMatchObject({ sequence: state.sequence, state: snapshot.toJson(state) });
    return newest.sequence;
  }

  async function objectsOf(meshName: string): Promise<readonly unknown[]> {
    const of = { Bucket: deployment.outputs.SnapshotBucket, Prefix: `snapshots/${streamOf(meshName)}/` };
    const { Contents = [] } = await s3.send(new ListObjectsV2Command(of));
    return Contents.map(({ Key, ETag, LastModified }) => ({ Key, ETag, LastModified }));
  }

  it('gives back every batch that fails, half of them here, and in the end has it all', async () => {
    const meshes = [await bench.mesh(), await bench.mesh()];
    let given = 0;
    let failed = 0;
    // Each round has reason for another snapshot of either mesh.
    for (let round = 0; round < 3; round += 1) {
      for (const meshName of meshes) await writeNodes(meshName, round * every, every);
      const from = round === 0 ? 1 : round * every + 2;
      let batch = (await Promise.all(meshes.map((meshName) => recordsOf(meshName, from)))).flat();
      while (batch.length > 0 && given < 20) {
        given += 1;
        if (given % 2 === 1) breakable.cut({ status: 500, name: 'InternalServerError' });
        const again = await invoke({ Records: batch });
        breakable.mend();
        if (again.length > 0) failed += 1;
        // Lambda delivers all from the first failure on.
        const first = batch.findIndex((record) => again.includes(idOf(record)));
        batch = first < 0 ? [] : batch.slice(first);
      }
      const reached = (round + 1) * every + 1;
      expect(await Promise.all(meshes.map(snapshotOf))).toEqual([reached, reached]);
    }
    expect([given, failed]).toEqual([6, 3]);
  });

  it('makes the same of records that come twice and in any order, and nothing new', async () => {
    const [meshName, other] = [await bench.mesh(), await bench.mesh()];
    await writeNodes(meshName, 0, 2 * every);
    await writeNodes(other, 0, every);
    const records = [...(await recordsOf(meshName)), ...(await recordsOf(other))];
    expect(await invoke({ Records: [...records, ...records].toReversed() })).toEqual([]);
    expect([await snapshotOf(meshName), await snapshotOf(other)]).toEqual([2 * every + 1, every + 1]);
    const before = [await objectsOf(meshName), await objectsOf(other)];
    expect(before.map(({ length }) => length)).toEqual([1, 1]);
    // Again, the newest first; and the very first ones once more, long after.
    expect(await invoke({ Records: records.toReversed() })).toEqual([]);
    expect(await invoke({ Records: records.slice(0, 2) })).toEqual([]);
    expect([await objectsOf(meshName), await objectsOf(other)]).toEqual(before);
  });

  it('finds by its sweep what no record told of', async () => {
    const meshName = await bench.mesh();
    await writeNodes(meshName, 0, every);
    expect(await snapshotOf(meshName)).toBeUndefined();
    expect(await invoke({ sweep: true })).toEqual([]);
    expect(await snapshotOf(meshName)).toBe(every + 1);
  });
});
