// What a streamer asks of Cloud Map does not grow with its Envoys: counted by its own metric, over real streams.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type FleetTask, fleetViews } from '#events/fleet.ts';
import type { InstanceRegistry, RegistryQuotas } from '#events/instances.ts';
import type { ViewStore } from '#events/store.ts';
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

const found = { instances: [{ id: 'a', attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } }], revision: 1 };
const nodes = Array.from({ length: 20 }, (_, index) => `node-${index}`);

/** A streamer that asks a registry with these quotas for the one service that all nodes send to. */
async function start(quotas: RegistryQuotas, views: ViewStore = memoryViewStore({ now: Date.now })): Promise<string> {
  const registry: InstanceRegistry = { quotas, revision: async () => 1, discover: async () => found };
  const log = memoryEventStore();
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
    views,
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
  return address;
}

/** Connects so many Envoys, and waits until each has the endpoints. */
async function connect(address: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const envoy = simulateEnvoy(address, {
      node: `mesh/${meshName}/virtualNode/${nodes[index % nodes.length]}`,
      metadata: { authorization: 'AWS4-HMAC-SHA256 signed' },
    });
    envoys.push(envoy);
    envoy.say('endpoint', { resourceNamesSubscribe: [`cds_egress_${meshName}_color_http_8080`] });
  }
  for (const envoy of envoys) expect(Object.keys((await envoy.hear()).resources)).toHaveLength(1);
}

async function calls(operation: string): Promise<number> {
  const values = (await streamer.metrics.getSingleMetric('heddle_registry_calls_total')?.get())?.values ?? [];
  return values.find(({ labels }) => labels.operation === operation)?.value ?? 0;
}

test('a thousand Envoys of twenty nodes cost Cloud Map what one does', { timeout: 60_000 }, async () => {
  const address = await start({ revisions: 3000, discoveries: 1000 });
  const started = performance.now();
  await connect(address, 1000);
  await sleep(3_000);
  expect(await calls('DiscoverInstances')).toBe(1);
  const seconds = (performance.now() - started) / 1000;
  const revisions = await calls('DiscoverInstancesRevision');
  expect(revisions).toBeGreaterThan(1);
  // One at once, then one a second at most.
  expect(revisions).toBeLessThanOrEqual(1 + seconds);
});

test('a task that is one of many asks the less often', { timeout: 60_000 }, async () => {
  const views = memoryViewStore({ now: Date.now });
  for (let index = 0; index < 9; index += 1) {
    const beat: FleetTask = { at: Date.now(), streams: 1, reads: 1 };
    await views.put(fleetViews.tasks, { key: `other-${index}`, value: beat });
  }
  // A third of it is a call a second, for all tasks.
  const address = await start({ revisions: 3, discoveries: 3 }, views);
  const started = performance.now();
  await connect(address, 1);
  await sleep(3_000);
  const most = 1 + (performance.now() - started) / 9_000;
  expect(await calls('DiscoverInstancesRevision')).toBeLessThanOrEqual(most);
});
