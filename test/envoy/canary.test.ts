// No request fails while a route's weights change again and again, and the traffic follows every change, over both
// variants of ADS.
import { Agent } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { type Seen, startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, node, nodeId, route, router, service, shift, type Weights } from './fixture/documents.ts';
import { startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';

const changes = 50;
const steps: readonly (readonly [Weights, readonly string[]])[] = [
  [{ red: 1, blue: 0 }, ['red']],
  [{ red: 50, blue: 50 }, ['blue', 'red']],
  [{ red: 0, blue: 1 }, ['blue']],
];

describe.skipIf(envoyPath() === undefined)('a canary', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      node('blue', { port: await startHttp(stage, 'blue') }),
      router('color', 8080),
      route('color', 'all', { red: 1, blue: 0 }),
      service('color.local', { router: 'color' }),
      node('front', { backends: ['color.local'] }),
    );
  });

  it.each(['delta', 'sotw'] as const)(
    'moves without a failed request, by %s ADS',
    async (mode) => {
      const { address: host, egressPort: port } = await startEnvoy(stage, heddle, { resource: nodeId('front'), mode });
      const agent = new Agent({ keepAlive: true });
      stage.defer(() => agent.destroy());
      const traffic = startTraffic(stage, async () => {
        const { status, body } = await request({ host, port, agent, headers: { host: 'color.local' } });
        if (status !== 200) throw new Error(`${status}: ${body}`);
        return (JSON.parse(body) as Seen).name;
      });

      for (let change = 1; change <= changes; change += 1) {
        const [weights, wanted] = steps[change % steps.length] ?? [{}, []];
        await apply(heddle.mesh, shift('color', 'all', weights));
        await eventually(() => expect([...new Set(traffic.newest(20))].sort()).toEqual(wanted));
      }
      await traffic.stop();
      expect(traffic.failures).toEqual([]);
      expect(heddle.events.filter(({ kind, mode: of }) => kind === 'opened' && of === mode)).toHaveLength(1);
      expect(heddle.events.filter(({ kind }) => kind === 'nacked')).toEqual([]);
      expect(heddle.troubles).toEqual([]);
    },
    120_000,
  );
});
