// What no rule foresaw: the caller is told that something broke and nothing of how, the log gets the cause, and the
// next call is served.
import { ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { expect, test } from 'vitest';
import { storeFailure } from '#events/store-failure.ts';
import { memoryEventStore } from '#store/memory.ts';
import { eventsThrough } from '#store/through.ts';
import { benchOf } from '#test/suites/api/bench.ts';
import { startInProcess } from './in-process.ts';

const bug = new Error('SQLITE_MISUSE: bad parameter, /var/lib/heddle/heddle.db');
const failure = storeFailure(new Error('SQLITE_FULL: database or disk is full, /var/lib/heddle/heddle.db'));

const throttled = storeFailure(new Error('Throughput exceeds the current capacity of SQLITE'), true);

/** A store that throws while `broken`. */
function fragile(cause: unknown) {
  const state = { broken: false };
  const events = eventsThrough(memoryEventStore(), async (_kind, call) => {
    if (state.broken) throw cause;
    return call();
  });
  return { events, state };
}

test.each([
  { what: 'read', cause: bug, answer: [500, 'InternalServerErrorException'] },
  { what: 'write', cause: bug, answer: [500, 'InternalServerErrorException'] },
  { what: 'read', cause: failure, answer: [503, 'ServiceUnavailableException'] },
  { what: 'write', cause: failure, answer: [503, 'ServiceUnavailableException'] },
  { what: 'read', cause: throttled, answer: [429, 'TooManyRequestsException'] },
])('a store that throws $cause.message at a $what is answered with $answer', async ({ what, cause, answer }) => {
  const { events, state } = fragile(cause);
  const bugs: (readonly [unknown, string])[] = [];
  const bench = benchOf(await startInProcess({ events, reportBug: (...bug) => bugs.push(bug) }));
  const meshName = await bench.mesh();

  state.broken = true;
  const call = () =>
    what === 'read' ? bench.call('DescribeMesh', { meshName }) : bench.call('CreateMesh', { meshName: bench.name() });
  const { status, headers, body } = await call();
  expect([status, headers['x-amzn-errortype']]).toEqual(answer);
  expect(body).toEqual({ message: expect.not.stringMatching(/SQLITE|heddle\.db|Error:| at /) });
  expect(bugs).toEqual([[cause, headers['x-amzn-requestid']]]);
  await expect(bench.client().send(new ListMeshesCommand({}))).rejects.toMatchObject({
    name: answer[1],
    $fault: cause === throttled ? 'client' : 'server',
  });

  state.broken = false;
  expect((await call()).status).toBe(200);
});
