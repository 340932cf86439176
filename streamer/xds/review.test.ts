// Streams that are open are reviewed: those that may not go on end with a status, and all others go on.
import { afterEach, expect, test } from 'vitest';
import type { Refused } from './admission.ts';
import { createView, snapshotOf } from './fixture.ts';
import { createXdsServer } from './server.ts';
import { simulateEnvoy } from './simulated-envoy.ts';
import type { StreamEvent } from './status.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});

test('the streams of one resource that may not go on end with a status, and are let go of once', async () => {
  const view = createView(snapshotOf(1, { cluster: { a: 'a=1' } }));
  const events: StreamEvent[] = [];
  const released: string[] = [];
  const withdrawn = new Map<string, Refused>();
  const server = createXdsServer({
    admission: {
      admit: async ({ node: { id } }) => ({
        resource: id.split('/')[0] ?? id,
        view,
        withdrawn: () => withdrawn.get(id),
        release: () => void released.push(id),
      }),
    },
    onEvent: (event) => void events.push(event),
  });
  cleanUp.push(() => server.close(0));
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  const open = async (node: string) => {
    const envoy = simulateEnvoy(address, { node });
    cleanUp.push(() => envoy.close());
    envoy.say('cluster');
    await envoy.hear();
    return envoy;
  };
  const gone = await open('one/gone');
  await open('one/stays');
  await open('two/other');
  expect(server.review('one')).toBe(0);
  const why = { code: 7, message: 'Account 222222222222 has no access' } as const;
  withdrawn.set('one/gone', why).set('two/other', why);
  expect(server.review('one')).toBe(1);
  const { code, details } = await gone.status;
  expect({ code, message: details }).toEqual(why);
  expect(server.streams().map(({ node }) => node)).toEqual(['one/stays', 'two/other']);
  expect(released).toEqual(['one/gone']);
  expect(events).toContainEqual(expect.objectContaining({ kind: 'closed', ...why, node: 'one/gone', resource: 'one' }));
});
