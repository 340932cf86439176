// How long a change takes on the emulator from the API's answer to a real Envoy's acknowledgement: `npm run bench:aws`. The
// streamer runs as it is deployed and asks the index every 250 ms, which is most of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, mesh, node, nodeId, route, router, service } from '#test/envoy/fixture/documents.ts';
import { startEnvoy } from '#test/envoy/fixture/envoy.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import type { Bench } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { deployedControlPlane } from './deployed-control-plane.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { rootBench } from './root-bench.ts';

const changes = 200;

interface Settled {
  readonly kind?: string;
  readonly sequence?: number;
  readonly time: string;
}

const quantile = (sorted: readonly number[], of: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * of) - 1)] ?? Number.NaN;

describe('propagation on the emulator', () => {
  const stage = useStage();
  let deployment: Deployment;
  let bench: Bench;
  beforeAll(async () => {
    deployment = await startDeployment({ account });
    bench = rootBench(deployment);
  }, 180_000);
  afterAll(async () => {
    await bench?.close();
    await deployment?.stop();
  });

  it(`of ${changes} changes`, async () => {
    const heddle = await deployedControlPlane(stage, deployment, { HEDDLE_LOG_LEVEL: 'debug' });
    const nodes = [node('red', { port: 1 }), node('blue', { port: 2 }), node('front', { backends: ['color.local'] })];
    const routes = [router('color', 8080), route('color', 'all', { red: 1, blue: 0 })];
    await apply(heddle.mesh, mesh(), ...nodes.slice(0, 2), ...routes, service('color.local', { router: 'color' }));
    await apply(heddle.mesh, ...nodes.slice(2));
    await startEnvoy(stage, heddle, { resource: nodeId('front') });

    const answered = new Map<number, number>();
    for (let change = 1; change <= changes; change += 1) {
      const weightedTargets = [
        { virtualNode: 'red', weight: change % 100 },
        { virtualNode: 'blue', weight: 100 - (change % 100) },
      ];
      const spec = { httpRoute: { match: { prefix: '/' }, action: { weightedTargets } } };
      const input = { meshName: 'm', virtualRouterName: 'color', routeName: 'all', spec };
      const { status, headers } = await bench.call('UpdateRoute', input);
      expect(status).toBe(200);
      answered.set(Number(headers['x-heddle-sequence']), Date.now());
      // In no step with the streamer's looks.
      await sleep(Math.random() * 500);
    }

    const last = Math.max(...answered.keys());
    const settled = await eventually(() => {
      const lines = readFileSync(join(stage.folder(), 'streamer.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const found = lines.map((line) => JSON.parse(line) as Settled).filter(({ kind }) => kind === 'settled');
      expect(found.at(-1)?.sequence).toBe(last);
      return found;
    });
    const delays = [...answered].flatMap(([sequence, at]) => {
      const first = settled.find((event) => (event.sequence ?? 0) >= sequence);
      return first === undefined ? [] : [Date.parse(first.time) - at];
    });
    const sorted = delays.sort((a, b) => a - b);
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((of) => quantile(sorted, of));
    console.log(`${sorted.length} changes, answer to acknowledgement: p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms`);
  }, 600_000);
});
