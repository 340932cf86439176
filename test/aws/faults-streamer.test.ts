// The deployed plane's streamer when it is started anew: traffic goes on, and what was changed meanwhile arrives.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, nodeId, shift } from '#test/envoy/fixture/documents.ts';
import { startEnvoy } from '#test/envoy/fixture/envoy.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { startTraffic } from '#test/envoy/fixture/traffic.ts';
import { color, twoColors } from '#test/envoy/fixture/two-colors.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { account } from '#test/suites/api/principals.ts';
import { type DeployedControlPlane, deployedControlPlane } from './deployed-control-plane.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';

const possible = envoyPath() !== undefined && (await emulatorAvailable());

describe.skipIf(!possible)('the deployed streamer', { timeout: 120_000 }, () => {
  const stage = useStage();
  let deployment: Deployment;
  let heddle: DeployedControlPlane;

  beforeAll(async () => {
    deployment = await startDeployment({ account });
    heddle = await deployedControlPlane(stage, deployment);
    await apply(heddle.mesh, ...(await twoColors(stage)));
  }, 180_000);
  afterAll(() => deployment?.stop());

  it.each([
    { how: 'is replaced', signal: 'SIGTERM' as const },
    { how: 'is killed', signal: 'SIGKILL' as const },
  ])('may be away: when it $how, traffic goes on, and what changed meanwhile arrives', async ({ signal }) => {
    await apply(heddle.mesh, shift('color', 'all', { red: 1, blue: 0 }));
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    const traffic = startTraffic(stage, () => color(envoy));
    await eventually(() => expect(traffic.newest(20)).toEqual(Array(20).fill('red')));

    const ended = once(heddle.child, 'exit');
    heddle.child.kill(signal);
    await ended;
    await eventually(async () => expect(await envoy.stat('control_plane.connected_state')).toBe(0));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    const answered = traffic.answered();
    await eventually(() => expect(traffic.answered()).toBeGreaterThan(answered + 100));
    expect(traffic.newest(20)).toEqual(Array(20).fill('red'));

    heddle = await deployedControlPlane(stage, deployment, { HEDDLE_XDS_ADDR: heddle.streamer });
    await eventually(() => expect(traffic.newest(20)).toEqual(Array(20).fill('blue')));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });
});
