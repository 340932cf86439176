// What becomes of an admission when the stream cannot open after all: it is refused, told of and given back.
import { afterEach, expect, test, vi } from 'vitest';
import type { Admitted } from './admission.ts';
import { createView } from './fixture.ts';
import { createXdsServer, type XdsServer } from './server.ts';
import { type SimulatedEnvoy, simulateEnvoy } from './simulated-envoy.ts';
import type { StreamEvent } from './status.ts';

let server: XdsServer;
let envoy: SimulatedEnvoy;
let events: StreamEvent[];
afterEach(async () => {
  envoy.close();
  await server.close(0);
});

/** An Envoy that asks for its clusters and is admitted so. */
async function connect(admitted: Omit<Admitted, 'resource'>): Promise<SimulatedEnvoy> {
  events = [];
  server = createXdsServer({
    admission: { admit: async ({ node }) => ({ resource: node.id, ...admitted }) },
    onEvent: (event) => events.push(event),
  });
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  envoy = simulateEnvoy(address);
  envoy.say('cluster');
  return envoy;
}

test('what was withdrawn while its admission was on its way is refused, and given back', async () => {
  const [view, release] = [createView(), vi.fn()];
  const one = await connect({ view, withdrawn: () => ({ code: 3, message: 'It is gone' }), release });
  expect(await one.status).toMatchObject({ code: 3, details: 'It is gone' });
  expect(events.map(({ kind }) => kind)).toEqual(['refused']);
  expect(release).toHaveBeenCalledOnce();
  expect(view.listeners()).toBe(0);
});

test('a stream that fails as it opens is ended, told of with its cause, and given back', async () => {
  const [cause, release] = [new Error('no more listeners'), vi.fn()];
  const view = {
    current: () => undefined,
    subscribe: () => {
      throw cause;
    },
  };
  const one = await connect({ view, release });
  expect(await one.status).toMatchObject({ code: 14 });
  expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 14, cause }));
  await vi.waitFor(() => expect(server.streams()).toEqual([]));
  expect(release).toHaveBeenCalledOnce();
});
