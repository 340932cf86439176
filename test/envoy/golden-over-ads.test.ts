// What every golden case gives, told to a real Envoy over ADS as a proxy would be told, one case after the other: it is
// taken whole, in the state of the world and in delta. What of it is not the case's own is said in fixture/told-envoy.ts.
import { beforeAll, describe, expect, it } from 'vitest';
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
});
