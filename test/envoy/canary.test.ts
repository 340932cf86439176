// No request fails while a route's weights change again and again, and the traffic follows every change, over both
// variants of ADS.
import { Agent } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, nodeId, shift, type Weights } from './fixture/documents.ts';
import { startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';
import { color, twoColors } from './fixture/two-colors.ts';

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
    await apply(heddle.mesh, ...(await twoColors(stage)));
  });

  it.each(['delta', 'sotw'] as const)(
    'moves without a failed request, by %s ADS',
    async (mode) => {
      const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front'), mode });
      const agent = new Agent({ keepAlive: true });
      stage.defer(() => agent.destroy());
      const traffic = startTraffic(stage, () => color(envoy, agent));

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
