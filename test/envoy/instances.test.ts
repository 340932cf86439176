// Instances come and go under traffic: nothing is sent to one that was deregistered, nothing fails, and an Envoy has its
// own zone first.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { administrator } from '#cli/credentials.ts';
import { envoyPath } from '../setup/tools.ts';
import { account, type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { openDeltaStream } from './fixture/delta-stream.ts';
import { apply, mesh, meshName, node, nodeId, type Step, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { type Stage, useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';

const port = 18_090;

const registered =
  (virtualNodeName: string, serviceName: string): Step =>
  (client) =>
    client.send(
      new CreateVirtualNodeCommand({
        meshName,
        virtualNodeName,
        spec: {
          listeners: [{ portMapping: { port, protocol: 'http' } }],
          serviceDiscovery: { awsCloudMap: { namespaceName: 'shop', serviceName } },
        },
      }),
    );

/** A Heddle that reads another's registry as Cloud Map, by its API alone: nobody tells it of changes. */
async function startPolling(stage: Stage, registry: EmbeddedControlPlane): Promise<EmbeddedControlPlane> {
  const { accessKeyId, secretAccessKey } = await administrator(registry.dataDirectory);
  vi.stubEnv('AWS_ENDPOINT_URL_SERVICEDISCOVERY', registry.api);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  stage.defer(() => vi.unstubAllEnvs());
  const own = { ...stage, folder: () => join(stage.folder(), 'polling') };
  return startHeddle(own, { HEDDLE_CLOUD_MAP: 'aws', HEDDLE_AWS_ACCOUNT: account });
}

/** How often it asked for something, as its metrics tell. */
async function callsOf({ admin }: EmbeddedControlPlane, operation: string): Promise<number> {
  const { body } = await request({ host: '127.0.0.1', port: Number(admin.split(':')[1]), path: '/metrics' });
  return Number(new RegExp(`^heddle_registry_calls_total\\{operation="${operation}"\\} (\\d+)$`, 'm').exec(body)?.[1]);
}

/** The registry of a Heddle, with the services of the namespace `shop` that are named. */
async function openRegistry(stage: Stage, heddle: EmbeddedControlPlane, ...names: readonly string[]) {
  const credentials = () => administrator(heddle.dataDirectory);
  const client = new ServiceDiscoveryClient({ endpoint: heddle.api, region, credentials, disableHostPrefix: true });
  stage.defer(() => client.destroy());
  await client.send(new CreateHttpNamespaceCommand({ Name: 'shop' }));
  const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
  const ids = new Map<string, string>();
  for (const Name of names) {
    const { Service } = await client.send(new CreateServiceCommand({ Name, NamespaceId: Namespaces[0]?.Id }));
    ids.set(Name, Service?.Id ?? '');
  }
  return {
    register(name: string, InstanceId: string, address: string, more: Readonly<Record<string, string>> = {}) {
      const Attributes = { AWS_INSTANCE_IPV4: address, ...more };
      return client.send(new RegisterInstanceCommand({ ServiceId: ids.get(name), InstanceId, Attributes }));
    },
    deregister: (name: string, InstanceId: string) =>
      client.send(new DeregisterInstanceCommand({ ServiceId: ids.get(name), InstanceId })),
  };
}

interface Application {
  readonly address: string;
  /** When it was last asked, on the clock of `performance`. */
  lastAsked(): number;
  stop(): void;
}

async function startApplication(stage: Stage, name: string): Promise<Application> {
  const address = ownAddress();
  let last = Number.NEGATIVE_INFINITY;
  const server = createServer((_, response) => {
    last = performance.now();
    response.end(name);
  });
  server.keepAliveTimeout = 0;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  stage.defer(stop);
  await new Promise<void>((resolve) => void server.listen(port, address, () => resolve()));
  return { address, lastAsked: () => last, stop };
}

const asking =
  ({ address: host, egressPort }: RunningEnvoy, name: string) =>
  async () => {
    const { status, body } = await request({ host, port: egressPort, headers: { host: `${name}.local` } });
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return body;
  };

describe.skipIf(envoyPath() === undefined)('instances', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let polling: EmbeddedControlPlane;
  let registry: Awaited<ReturnType<typeof openRegistry>>;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    polling = await startPolling(stage, heddle);
    registry = await openRegistry(stage, heddle, 'delta', 'sotw', 'polled', 'zoned', 'one', 'other');
    await apply(
      heddle.mesh,
      mesh(),
      ...['delta', 'sotw', 'zoned', 'one', 'other'].flatMap((name) => [
        registered(name, name),
        service(`${name}.local`, { node: name }),
      ]),
      node('front', { backends: ['delta.local', 'sotw.local'] }),
      node('near', { backends: ['zoned.local'] }),
      node('told', { backends: ['one.local', 'other.local'] }),
    );
    await apply(
      polling.mesh,
      mesh(),
      registered('polled', 'polled'),
      service('polled.local', { node: 'polled' }),
      node('front', { backends: ['polled.local'] }),
    );
  }, 60_000);

  it.each([
    ['delta', 'told at once, by delta ADS', 'delta', 50],
    ['sotw', 'told at once, by state-of-the-world ADS', 'sotw', 25],
    ['polled', 'polled as Cloud Map', 'delta', 100],
  ] as const)(
    '(%s) come and go without a request to one that is gone, %s',
    async (name, _, mode, count) => {
      const plane = name === 'polled' ? polling : heddle;
      const standing: { readonly id: string; readonly application: Application }[] = [];
      const gone: { readonly application: Application; readonly at: number }[] = [];
      let made = 0;
      const add = async () => {
        made += 1;
        const id = `${name}-${made}`;
        const application = await startApplication(stage, id);
        await registry.register(name, id, application.address);
        standing.push({ id, application });
      };
      const remove = async () => {
        const oldest = standing.shift();
        if (oldest === undefined) return;
        const { id, application } = oldest;
        await registry.deregister(name, id);
        gone.push({ application, at: performance.now() });
        // Every other one ends at once, as a task does that is killed; the others would answer on.
        if (made % 2 === 0) application.stop();
      };
      for (let index = 0; index < 10; index += 1) await add();

      const start = performance.now();
      const envoy = await startEnvoy(stage, plane, { resource: nodeId('front'), mode });
      const traffic = startTraffic(stage, asking(envoy, name));
      await eventually(() => expect(traffic.answered()).toBeGreaterThan(0));
      // A hundred in a minute.
      for (let turn = 1; turn <= count; turn += 1) {
        await add();
        await remove();
        await sleep(Math.max(0, start + turn * 600 - performance.now()));
      }
      await sleep(2_500);
      await traffic.stop();
      expect(traffic.failures).toEqual([]);
      const late = gone.map(({ application, at }) => application.lastAsked() - at).filter((after) => after > 2_000);
      expect(late).toEqual([]);
      expect(gone).toHaveLength(count);
      // Those that stand now are asked, so that what was counted was traffic to all of them.
      const answering = new Set(traffic.newest(100));
      expect(standing.map(({ id }) => id).filter((id) => !answering.has(id)).length).toBeLessThan(standing.length / 2);
      expect(plane.events.filter(({ kind }) => kind === 'nacked')).toEqual([]);
      if (name === 'polled') {
        const most = 1 + (performance.now() - start) / 1000;
        for (const operation of ['DiscoverInstancesRevision', 'DiscoverInstances']) {
          const calls = await callsOf(plane, operation);
          expect(calls).toBeGreaterThan(count / 4);
          expect(calls).toBeLessThanOrEqual(most);
        }
      }
      await envoy.stop();
    },
    180_000,
  );

  it('are used in the own zone first, and elsewhere when there are none', async () => {
    const locality = { region, zone: 'a' };
    const edit = (text: string): string => {
      const bootstrap = JSON.parse(text);
      return JSON.stringify({ ...bootstrap, node: { ...bootstrap.node, locality } });
    };
    const applications = new Map<string, Application>();
    for (const id of ['a-1', 'a-2', 'b-1', 'b-2']) {
      const application = await startApplication(stage, id);
      applications.set(id, application);
      await registry.register('zoned', id, application.address, { AVAILABILITY_ZONE: id.slice(0, 1) });
    }
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('near'), edit });
    const thirty = async () => new Set(await Promise.all(Array.from({ length: 30 }, asking(envoy, 'zoned'))));
    await eventually(async () => expect(await thirty()).toEqual(new Set(['a-1', 'a-2'])));
    // One instance alone does not have to bear its whole zone.
    await registry.deregister('zoned', 'a-2');
    await eventually(async () => expect(await thirty()).toEqual(new Set(['a-1', 'b-1', 'b-2'])));
    await registry.deregister('zoned', 'a-1');
    await eventually(async () => expect(await thirty()).toEqual(new Set(['b-1', 'b-2'])));
  }, 60_000);

  it('are told of alone when they change, and nothing else is', async () => {
    await registry.register('one', 'a', '127.0.0.1');
    await registry.register('other', 'a', '127.0.0.1');
    const stream = openDeltaStream(stage, heddle.streamer, await heddle.token(nodeId('told')), nodeId('told'));
    stream.ask('cluster', []);
    await stream.hear();
    const names = ['one', 'other'].map((name) => `cds_egress_m_${name}_http_${port}`);
    stream.ask('endpoint', names);
    expect([...(await stream.hear())].sort()).toEqual(names);
    await registry.register('other', 'b', '127.0.0.2');
    expect(await stream.hear()).toEqual([names[1]]);
    await registry.deregister('one', 'a');
    expect(await stream.hear()).toEqual([names[0]]);
    stream.close();
  }, 60_000);

  it('left nothing in trouble', () => {
    expect([...heddle.troubles, ...polling.troubles]).toEqual([]);
  });
});
