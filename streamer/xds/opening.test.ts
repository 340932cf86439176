// Streams that end while they open: they are told why, and what admission took is given back.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Admission } from './admission.ts';
import { createView, snapshotOf } from './fixture.ts';
import { createXdsServer } from './server.ts';
import { simulateEnvoy } from './simulated-envoy.ts';
import type { StreamEvent } from './status.ts';

const cleanUp: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});

async function opened(admit: Admission['admit']) {
  const events: StreamEvent[] = [];
  const server = createXdsServer({ admission: { admit }, onEvent: (event) => events.push(event) });
  cleanUp.push(() => server.close(0));
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  const envoy = simulateEnvoy(address);
  cleanUp.push(() => envoy.close());
  envoy.say('cluster');
  return { status: await envoy.status, events, server };
}

test('what was withdrawn while its admission was on its way is refused, and given back', async () => {
  const view = createView(snapshotOf(1, { cluster: { a: 'a=1' } }));
  const releases: string[] = [];
  const { status, events } = await opened(async ({ node }) => ({
    resource: node.id,
    view,
    withdrawn: () => ({ code: 3, message: 'It is gone' }),
    release: () => releases.push(node.id),
  }));
  expect(status).toMatchObject({ code: 3, details: 'It is gone' });
  expect(events.map(({ kind }) => kind)).toEqual(['refused']);
  expect([releases.length, view.listeners()]).toEqual([1, 0]);
});

test('a stream that fails as it opens is ended, told of with its cause, and given back', async () => {
  const cause = new Error('no more listeners');
  const releases: string[] = [];
  const view = {
    current: () => undefined,
    subscribe: () => {
      throw cause;
    },
  };
  const release = () => releases.push('released');
  const { status, events, server } = await opened(async ({ node }) => ({ resource: node.id, view, release }));
  expect(status).toMatchObject({ code: 14 });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 14, cause }));
  while (server.streams().length > 0) await pause(2);
  expect(releases).toEqual(['released']);
});
