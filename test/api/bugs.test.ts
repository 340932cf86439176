// What no rule foresaw: the caller is told that something broke and nothing of how, the log gets the cause, and the
// next call is served.
import { ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { expect, test } from 'vitest';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore } from '#store/memory.ts';
import { benchOf } from '#test/suites/api/bench.ts';
import { startInProcess } from './in-process.ts';

const cause = new Error('SQLITE_IOERR: disk I/O error, /var/lib/heddle/heddle.db');

/** A store that throws while `broken`. */
function fragile() {
  const store = memoryEventStore();
  const state = { broken: false };
  const guard = <A extends unknown[], R>(work: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (state.broken) throw cause;
      return work(...given);
    };
  };
  const events: EventStore = { ...store, append: guard(store.append), read: guard(store.read) };
  return { events, state };
}

test.each(['read', 'write'])('a store that throws at a %s is an InternalServerErrorException', async (what) => {
  const { events, state } = fragile();
  const bugs: (readonly [unknown, string])[] = [];
  const bench = benchOf(await startInProcess({ events, reportBug: (...bug) => bugs.push(bug) }));
  const meshName = await bench.mesh();

  state.broken = true;
  const call = () =>
    what === 'read' ? bench.call('DescribeMesh', { meshName }) : bench.call('CreateMesh', { meshName: bench.name() });
  const { status, headers, body } = await call();
  expect([status, headers['x-amzn-errortype']]).toEqual([500, 'InternalServerErrorException']);
  expect(body).toEqual({ message: expect.not.stringMatching(/SQLITE|heddle\.db|Error:| at /) });
  expect(bugs).toEqual([[cause, headers['x-amzn-requestid']]]);
  await expect(bench.client().send(new ListMeshesCommand({}))).rejects.toMatchObject({
    name: 'InternalServerErrorException',
    $fault: 'server',
  });

  state.broken = false;
  expect((await call()).status).toBe(200);
});
