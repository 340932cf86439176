// A gateway's routes change what they send to, while requests come in from outside the mesh.
import { describe, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startHttp } from '../fixture/application.ts';
import { gateway, gatewayId, gatewayRoute, mesh, node, retarget, service } from '../fixture/documents.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

const port = 8080;
/** Each change leads to a service that the gateway did not know before. */
const services = Array.from({ length: 40 }, (_, index) => {
  const by = index % 2 === 0 ? 'red' : 'blue';
  return { name: `${by}-${index}.local`, by };
});

describe.skipIf(envoyPath() === undefined).each(modes)('a gateway route, by %s ADS', (mode) => {
  const front = useFront(
    mode,
    async (stage) => [
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      node('blue', { port: await startHttp(stage, 'blue') }),
      ...services.map(({ name, by }) => service(name, { node: by })),
      gateway('front', port),
      gatewayRoute('front', 'all', '/', services.at(-1)?.name ?? ''),
    ],
    { resource: gatewayId('front'), ports: [port] },
  );

  it('is sent to another service again and again', async () => {
    const flow = front.flow('example.com', port);
    await flow.comesFrom('blue');
    for (const { name, by } of services) {
      await front.change(retarget('front', 'all', '/', name));
      await flow.comesFrom(by);
    }
    await flow.ends();
  });

  itWasConfiguredWithoutRefusal(front);
});
