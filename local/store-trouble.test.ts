// A store that fails under the whole of Heddle: callers are asked to come again, /readyz names it, and all is well by
// itself once the store is.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppMeshClient, CreateMeshCommand, DescribeMeshCommand } from '@aws-sdk/client-app-mesh';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { administrator } from '#cli/credentials.ts';
import { isStoreFailure } from '#events/store-failure.ts';
import { type ScratchFolder, scratchFolder } from '#test/store/scratch-folder.ts';
import { readConfiguration } from './configuration.ts';
import { type Running, startLocal } from './main.ts';

const generous = { timeout: 25_000, interval: 20 };
let folder: ScratchFolder;
let heddle: Running;
let client: AppMeshClient;
let other: DatabaseSync;
const bug = vi.fn();
const trouble = vi.fn();

beforeEach(async () => {
  folder = scratchFolder();
  const any = '127.0.0.1:0';
  const configuration = readConfiguration({
    HEDDLE_DATA_DIR: folder.path,
    HEDDLE_API_ADDR: any,
    HEDDLE_XDS_ADDR: any,
    HEDDLE_ADMIN_ADDR: any,
  });
  if ('refused' in configuration) throw new Error(configuration.refused.join('; '));
  heddle = await startLocal(configuration, { request() {}, stream() {}, bug, trouble, warn() {} });
  const credentials = await administrator(folder.path);
  const endpoint = `http://${heddle.apiAddress}`;
  client = new AppMeshClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  other = new DatabaseSync(join(folder.path, 'heddle.db'), { timeout: 5_000 });
});
afterEach(async () => {
  client.destroy();
  other.close();
  await heddle.close();
  folder.remove();
});

async function readiness(): Promise<{ status: number; lost: Readonly<Record<string, string>> }> {
  const response = await fetch(`http://${heddle.adminAddress}/readyz`);
  const { lost } = (await response.json()) as { lost: Record<string, string> };
  return { status: response.status, lost };
}

const full = (table: string) =>
  `CREATE TRIGGER full_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END;`;

test.each([
  {
    what: 'cannot be written',
    breaking: full('commits') + full('entries'),
    mending: 'DROP TRIGGER full_commits; DROP TRIGGER full_entries',
    said: 'it cannot be written: database or disk is full',
  },
  {
    what: 'cannot be read',
    breaking: 'ALTER TABLE commits RENAME TO away',
    mending: 'ALTER TABLE away RENAME TO commits',
    said: 'no such table',
  },
])('a store that $what is said to be so, for as long as it lasts', async ({ breaking, mending, said }) => {
  await client.send(new CreateMeshCommand({ meshName: 'before' }));
  expect(await readiness()).toEqual({ status: 200, lost: {} });

  other.exec(breaking);
  const refused = client.send(new CreateMeshCommand({ meshName: 'm' }));
  await expect(refused).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
    $metadata: { httpStatusCode: 503 },
  });
  expect(await readiness()).toEqual({ status: 200, lost: { store: expect.stringContaining(said) } });
  expect(isStoreFailure(bug.mock.calls.at(-1)?.[0])).toBe(true);
  expect(trouble).toHaveBeenCalledWith('store', expect.stringContaining(said));

  other.exec(mending);
  await vi.waitFor(async () => expect(await readiness()).toEqual({ status: 200, lost: {} }), generous);
  expect(trouble).toHaveBeenLastCalledWith('store', undefined);
  await client.send(new CreateMeshCommand({ meshName: 'm' }));
  await client.send(new DescribeMeshCommand({ meshName: 'before' }));
});
