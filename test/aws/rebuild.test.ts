// `heddle rebuild` on AWS: what lies in the bucket afterwards is what lay there before, to the byte.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateSchema } from '#events/snapshot.ts';
import { createProjector } from '#functions/projector/project.ts';
import { type DynamodbPlaces, openDynamodb } from '#store/dynamodb.ts';
import type { Stores } from '#store/through.ts';
import { mesh, node, update } from '#test/given/documents.ts';
import { meshWriter, stream } from '#test/streamer/mesh-writer.ts';
import { type Emulator, emulatorAvailable, startEmulator } from './emulator.ts';
import { makePlaces } from './tables.ts';

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');

describe.skipIf(!(await emulatorAvailable()))('heddle rebuild on AWS', () => {
  let emulator: Emulator;
  let places: DynamodbPlaces;
  let stores: Stores;
  let s3: S3Client;
  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.adopt();
    places = await makePlaces();
    stores = openDynamodb({ ...places, now: Date.now });
    s3 = new S3Client({ forcePathStyle: true });
  });
  afterAll(async () => {
    await stores?.events.close();
    await stores?.views.close();
    s3?.destroy();
    await emulator?.stop();
  });

  async function objects(): Promise<ReadonlyMap<string, string>> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: places.bucket }));
    const read = async (Key: string) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: places.bucket, Key }));
      return [Key, (await Body?.transformToString('base64')) ?? ''] as const;
    };
    return new Map(await Promise.all(Contents.flatMap(({ Key }) => (Key === undefined ? [] : [read(Key)]))));
  }

  it('gives the very bytes that the projector made, also of what was damaged meanwhile', async () => {
    await meshWriter(stores.events).write(mesh(), node('red'), node('blue'), update(node('red', 'blue.local')));
    await createProjector({ ...stores, every: 3 }).project(stream);
    const before = await objects();
    expect([...before.keys()]).toEqual([expect.stringContaining(`${stream}/${stateSchema}/0000000000000004/`)]);
    const [Key = ''] = before.keys();
    await s3.send(new PutObjectCommand({ Bucket: places.bucket, Key, Body: 'damaged' }));

    const env = {
      PATH: process.env.PATH,
      ...emulator.environment,
      HEDDLE_STORE: `dynamodb:${places.logTable}`,
      HEDDLE_SNAPSHOT_BUCKET: places.bucket,
    };
    const output = execFileSync(process.execPath, [program, 'rebuild', '--json'], { env, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([{ stream, sequence: 4, snapshots: [4] }]);
    expect(await objects()).toEqual(before);
  });
});
