// The contract of the API, held by the embedded server when its store is DynamoDB: lost races, lists and client tokens as on
// a laptop.
import { afterAll, beforeAll, describe } from 'vitest';
import { apiSuite } from '#test/suites/api.ts';
import { startEmbedded } from '#test/wire/embedded.ts';
import { type Emulator, emulatorAvailable, startEmulator } from './emulator.ts';
import { makePlaces } from './tables.ts';

describe.skipIf(!(await emulatorAvailable()))('on AWS', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.adopt();
  });
  afterAll(() => emulator.stop());

  apiSuite('on DynamoDB', async () => {
    const { logTable, bucket } = await makePlaces();
    return startEmbedded(undefined, () => ({ HEDDLE_STORE: `dynamodb:${logTable}`, HEDDLE_SNAPSHOT_BUCKET: bucket }));
  });
});
