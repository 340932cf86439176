// What a server knew of its clients, the next one on the same file knows as well.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite, type SqliteStore } from '#store/sqlite.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { startInProcess } from './in-process.ts';

let folder: ScratchFolder;
let store: SqliteStore;
let bench: Bench;

async function start(): Promise<void> {
  store = openSqlite(join(folder.path, 'heddle.db'), { now: Date.now });
  bench = benchOf(await startInProcess({ events: store.events }));
}

async function stop(): Promise<void> {
  await bench.close();
  await store.events.close();
  await store.views.close();
}

beforeEach(async () => {
  folder = scratchFolder();
  await start();
});
afterEach(async () => {
  await stop();
  folder.remove();
});

test('a client token gives its first answer again after a restart, and is a conflict with another request', async () => {
  const meshName = await bench.mesh();
  const red = { meshName, virtualNodeName: 'red', spec: {}, clientToken: 't' };
  const first = await bench.call('CreateVirtualNode', red);
  await stop();
  await start();
  const again = await bench.call('CreateVirtualNode', red);
  expect([again.status, again.body]).toEqual([200, first.body]);
  const other = await bench.call('CreateVirtualNode', { ...red, virtualNodeName: 'blue' });
  expect([other.status, other.headers['x-amzn-errortype']]).toEqual([409, 'ConflictException']);
});
