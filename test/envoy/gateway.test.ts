// A virtual gateway's Envoy: requests from outside the mesh, told apart by prefix, rewritten as App Mesh does unless it
// is told otherwise, and sent around the loop into its own egress listener.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { type Seen, startHttp } from './fixture/application.ts';
import { startHeddle } from './fixture/control-plane.ts';
import {
  apply,
  gateway,
  gatewayId,
  gatewayRoute,
  mesh,
  node,
  route,
  router,
  service,
  shift,
} from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { type Answer, request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const port = 8080;
const seen = ({ status, body }: Answer): Seen => {
  expect(status, body).toBe(200);
  return JSON.parse(body) as Seen;
};

describe.skipIf(envoyPath() === undefined)('a virtual gateway', () => {
  const stage = useStage();
  let envoy: RunningEnvoy;
  let shifted: () => Promise<void>;

  beforeAll(async () => {
    const heddle = await startHeddle(stage);
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      node('blue', { port: await startHttp(stage, 'blue') }),
      node('shop', { port: await startHttp(stage, 'shop') }),
      router('color', 9080),
      route('color', 'all', { red: 1, blue: 0 }),
      service('color.local', { router: 'color' }),
      service('shop.local', { node: 'shop' }),
      gateway('front', port),
      gatewayRoute('front', 'color', '/color', 'color.local'),
      gatewayRoute('front', 'shop', '/color/shop/', 'shop.local'),
    );
    shifted = () => apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    envoy = await startEnvoy(stage, heddle, { resource: gatewayId('front'), address: ownAddress(), ports: [port] });
  }, 60_000);

  const ask = (path: string, host = 'example.com'): Promise<Answer> =>
    request({ host: envoy.address, port, path, headers: { host } });

  it.each([
    ['/color', 'red', '/'],
    ['/color/', 'red', '/'],
    ['/color/a/b?c=d', 'red', '/a/b?c=d'],
    ['/color/shop/', 'shop', '/'],
    ['/color/shop/cart', 'shop', '/cart'],
    ['//color///a', 'red', '/a'],
  ])('takes the prefix from %s and asks %s for %s', async (path, name, rewritten) => {
    const { host, ...rest } = seen(await ask(path));
    expect(rest).toMatchObject({ name, path: rewritten });
    expect(host).toBe(name === 'shop' ? 'shop.local' : 'color.local');
  });

  it('goes through its own egress listener', async () => {
    const before = await envoy.stat('http.egress.downstream_rq_total');
    await ask('/color');
    expect(await envoy.stat('http.egress.downstream_rq_total')).toBe(before + 1);
  });

  it.each(['/', '/colour', '/x/color'])('has no route for %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('opens a service under no other name than its gateway route', async () => {
    expect((await ask('/', 'shop.local')).status).toBe(404);
    expect(seen(await ask('/color', 'shop.local')).name).toBe('red');
  });

  it('follows a route behind it', async () => {
    await shifted();
    await eventually(async () => expect(seen(await ask('/color')).name).toBe('blue'));
  });
});
