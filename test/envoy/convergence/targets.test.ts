// Requests move to a node that their Envoy has never heard of before: none may be sent there before the Envoy has found
// it and knows it to be well, however long that takes.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startHttp } from '../fixture/application.ts';
import { mesh, node, route, router, service, shift } from '../fixture/documents.ts';
import type { Stage } from '../fixture/stage.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

const check = {
  protocol: 'http',
  path: '/health',
  intervalMillis: 5_000,
  timeoutMillis: 4_000,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const;

/** It takes a second to say that it is well. */
async function startDeliberate(stage: Stage, name: string): Promise<number> {
  const answer: RequestListener = ({ url }, response) => {
    const say = () => response.end(JSON.stringify({ name }));
    if (url === '/health') setTimeout(say, 1_000);
    else say();
  };
  const server = createServer(answer);
  server.keepAliveTimeout = 0;
  stage.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe.skipIf(envoyPath() === undefined).each(modes)('a new target, by %s ADS', (mode) => {
  const front = useFront(mode, async (stage) => [
    mesh(),
    node('red', { port: await startHttp(stage, 'red') }),
    router('color', 8080),
    route('color', 'all', { red: 1 }),
    service('color.local', { router: 'color' }),
    node('front', { backends: ['color.local'] }),
  ]);

  it('gets requests once it is known to be well', async () => {
    const flow = front.flow('color.local');
    await flow.comesFrom('red');
    const port = await startDeliberate(front.stage, 'slow');
    await front.change(node('slow', { port, listener: { healthCheck: check } }), shift('color', 'all', { slow: 1 }));
    await flow.comesFrom('slow');
    await flow.ends();
  });

  it('gets requests at once where it is found by name', async () => {
    const flow = front.flow('color.local');
    const port = await startHttp(front.stage, 'named');
    await front.change(node('named', { hostname: 'localhost', port }), shift('color', 'all', { named: 1 }));
    await flow.comesFrom('named');
    await flow.ends();
  });

  itWasConfiguredWithoutRefusal(front);
});
