// What every golden case gives, told to a real Envoy over ADS as a proxy would be told, one case after the other: it is
// taken whole, in the state of the world and in delta. So is what random meshes give, whatever their documents hold.
// What Envoy is told instead of the case's own is said in fixture/told-envoy.ts.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { proxiesOf, randomMesh } from '#test/random-mesh.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { goldenCases, translations } from '#tools/golden/render.ts';
import { useStage } from './fixture/stage.ts';
import { startTold, type ToldEnvoy } from './fixture/told-envoy.ts';

describe.skipIf(envoyPath() === undefined).each(['sotw', 'delta'] as const)('an Envoy, by %s ADS,', (mode) => {
  const stage = useStage();
  let envoy: ToldEnvoy;

  beforeAll(async () => {
    envoy = await startTold(stage, mode);
  });

  it.each(goldenCases())('takes all of %s', async (name) => {
    for (const [proxy, { graph }] of translations(name)) expect(await envoy.tell(graph), proxy).toEqual([]);
  });

  it('takes all that random meshes give', async () => {
    for (const mesh of fc.sample(randomMesh, { numRuns: 40, seed: 7 })) {
      for (const proxy of proxiesOf(mesh)) {
        expect(await envoy.tell(proxyGraph(mesh, proxy, {}).graph), proxy).toEqual([]);
      }
    }
  }, 120_000);
});
