// What a streamer asks of Cloud Map does not grow with its Envoys: counted by its own metric, over real streams.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { InstanceRegistry } from '#events/instances.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { having, mesh, meshName, node, serviceOfNode } from '#test/given/documents.ts';
import { owner } from '#test/given/given.ts';
import { meshWriter } from '#test/streamer/mesh-writer.ts';
import { createStreamer, type Streamer } from './main.ts';
import { type SimulatedEnvoy, simulateEnvoy } from './xds/simulated-envoy.ts';

let streamer: Streamer;
const envoys: SimulatedEnvoy[] = [];
afterEach(async () => {
  for (const envoy of envoys.splice(0)) envoy.close();
  await streamer.close(0);
});

const quotas = { revisions: 3000, discoveries: 1000 };
const found = { instances: [{ id: 'a', attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } }], revision: 1 };
const registry: InstanceRegistry = { quotas, revision: async () => 1, discover: async () => found };

async function calls(operation: string): Promise<number> {
  const values = (await streamer.metrics.getSingleMetric('heddle_registry_calls_total')?.get())?.values ?? [];
  return values.find(({ labels }) => labels.operation === operation)?.value ?? 0;
}

test('a thousand Envoys of twenty nodes cost Cloud Map what one does', { timeout: 60_000 }, async () => {
  const log = memoryEventStore();
  const nodes = Array.from({ length: 20 }, (_, index) => `node-${index}`);
  const { listeners = [] } = node('color').spec;
  const serviceDiscovery = { awsCloudMap: { namespaceName: 'shop', serviceName: 'color' } };
  await meshWriter(log).write(
    mesh(),
    having(node('color'), { listeners, serviceDiscovery }),
    serviceOfNode('color.local', 'color'),
    ...nodes.map((name) => node(name, 'color.local')),
  );
  streamer = await createStreamer({
    events: log,
    views: memoryViewStore({ now: Date.now }),
    instances: registry,
    region: 'us-east-1',
    now: Date.now,
    task: 'task',
    signatures: { verify: async () => ({ caller: owner }), mayBe: async () => true },
    envoysPerNode: 0,
    onEvent: () => {},
    onTrouble: () => {},
  });
  const [address = ''] = await streamer.listen(['127.0.0.1:0']);
  const started = performance.now();
  for (let index = 0; index < 1000; index += 1) {
    const envoy = simulateEnvoy(address, {
      node: `mesh/${meshName}/virtualNode/${nodes[index % nodes.length]}`,
      metadata: { authorization: 'AWS4-HMAC-SHA256 signed' },
    });
    envoys.push(envoy);
    envoy.say('endpoint', { resourceNamesSubscribe: [`cds_egress_${meshName}_color_http_8080`] });
  }
  for (const envoy of envoys) {
    const [endpoints] = Object.keys((await envoy.hear()).resources);
    expect(endpoints).toBeDefined();
  }
  await sleep(3_000);
  expect(await calls('DiscoverInstances')).toBe(1);
  const seconds = (performance.now() - started) / 1000;
  const revisions = await calls('DiscoverInstancesRevision');
  expect(revisions).toBeGreaterThan(1);
  // One at once, then one a second at most.
  expect(revisions).toBeLessThanOrEqual(1 + seconds);
});
