// Streams that end while they open, or because something fails here: they are told why, and what admission took is given
// back.
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

test('what fails on an open stream ends it with its cause, and no other', async () => {
  const releases: string[] = [];
  const events: StreamEvent[] = [];
  const view = createView(snapshotOf(1, { cluster: { a: 'a=1' } }));
  const cause = new Error('a bug');
  let isBroken = false;
  const current = () => {
    if (isBroken) throw cause;
    return view.current();
  };
  const server = createXdsServer({
    admission: {
      admit: async ({ node: { id } }) => ({
        resource: id,
        view: id === 'failing' ? { ...view, current } : view,
        release: () => releases.push(id),
      }),
    },
    onEvent: (event) => events.push(event),
  });
  cleanUp.push(() => server.close(0));
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  const open = async (node: string) => {
    const envoy = simulateEnvoy(address, { node });
    cleanUp.push(() => envoy.close());
    envoy.say('cluster');
    return { envoy, clusters: await envoy.hear() };
  };
  const sound = await open('sound');
  const [asking, told] = [await open('failing'), await open('failing')];
  isBroken = true;
  // One fails while it is answered, the other while it is told of a change.
  asking.envoy.ack(asking.clusters);
  expect(await asking.envoy.status).toMatchObject({ code: 14 });
  view.show(snapshotOf(2, { cluster: { a: 'a=2' } }));
  expect(await told.envoy.status).toMatchObject({ code: 14 });
  expect((await sound.envoy.hear()).resources).toEqual({ a: 'a=2' });
  const failures = events.filter((event) => event.kind === 'refused');
  expect(failures).toMatchObject([
    { code: 14, cause },
    { code: 14, cause },
  ]);
  expect(releases).toEqual(['failing', 'failing']);
  expect(server.streams()).toMatchObject([{ resource: 'sound' }]);
});
