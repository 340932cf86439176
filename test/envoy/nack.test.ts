// A resource that Envoy refuses, of each type, got past every check: what it had of it goes on serving, all else stays up
// to date, the fleet's status names the culprit with Envoy's words, it is not sent again, and taking it back heals.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Backend, CreateVirtualNodeCommand, UpdateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, createClient } from '#cli/client.ts';
import { administrator } from '#cli/credentials.ts';
import { type EnvoyStatus, fleetStatus } from '#cli/fleet-status.ts';
import { statusText } from '#cli/status.ts';
import { loadAssignment } from '#streamer/envoy/endpoint.ts';
import type { EnvoyResources } from '#streamer/envoy/print.ts';
import { Route } from '#streamer/gen/envoy/config/route/v3/route_components.ts';
import { Secret } from '#streamer/gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type Authority, canMakeCertificates, createAuthority } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, node, nodeId, route, router, type Step, service, shift } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { type Stage, useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';

// What no document can ask for is put into what is printed for a proxy.
type Change = (printed: EnvoyResources) => EnvoyResources;
const forced = vi.hoisted(() => ({ changes: [] as unknown[] }));
vi.mock('#streamer/envoy/print.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('#streamer/envoy/print.ts')>();
  const print: typeof original.print = (graph) =>
    (forced.changes as Change[]).reduce((printed, change) => change(printed), original.print(graph));
  return { ...original, print };
});

interface Culprit {
  readonly type: 'cds' | 'eds' | 'sds' | 'lds' | 'rds';
  readonly name: RegExp;
  /** Of Envoy's own. */
  readonly words: RegExp;
  readonly change: Change;
}

/** Changes the resources of a kind whose name fits. */
function changing<K extends keyof EnvoyResources>(
  kind: K,
  name: RegExp,
  change: (one: EnvoyResources[K][number]) => EnvoyResources[K][number],
): Change {
  return (printed) => ({
    ...printed,
    [kind]: printed[kind].map((one) => (name.test('name' in one ? one.name : one.clusterName) ? change(one) : one)),
  });
}

const badCluster = /^cds_egress_m_bad_http_\d+$/;
const unreadable = Route.fromPartial({
  match: { pathSpecifier: { $case: 'safeRegex', value: { regex: 'a(?=b)' } } },
  action: { $case: 'directResponse', value: { status: 200 } },
});
const nowhere = Secret.fromPartial({
  type: {
    $case: 'validationContext',
    value: { trustedCa: { specifier: { $case: 'filename', value: '/nowhere/ca.pem' } } },
  },
});

const culprits: Readonly<Record<string, Culprit>> = {
  'a cluster that it cannot use': {
    type: 'cds',
    name: badCluster,
    words: /cluster provided LB/,
    change: changing('clusters', badCluster, (one) => ({ ...one, lbPolicy: 6 })),
  },
  'a cluster that it cannot read': {
    type: 'cds',
    name: badCluster,
    words: /Proto constraint validation failed/,
    change: changing('clusters', badCluster, (one) => ({ ...one, connectTimeout: { seconds: 0, nanos: 0 } })),
  },
  'an endpoint': {
    type: 'eds',
    name: badCluster,
    words: /malformed IP address/,
    change: changing('endpoints', badCluster, ({ clusterName }) =>
      loadAssignment(clusterName, [{ address: 'nowhere', port: 1 }]),
    ),
  },
  'a secret': {
    type: 'sds',
    name: /^trust:/,
    words: /nowhere/,
    change: changing('secrets', /./, (one) => (one.name === first.secret ? { ...nowhere, name: one.name } : one)),
  },
  'a listener': {
    type: 'lds',
    name: /^lds_ingress_/,
    words: /filter chain/,
    change: changing('listeners', /^lds_ingress_/, (one) => ({
      ...one,
      filterChains: [...one.filterChains, ...one.filterChains],
    })),
  },
  'a route': {
    type: 'rds',
    name: /^rds_ingress_/,
    words: /invalid perl operator: \(\?=/,
    change: changing('routes', /^rds_ingress_/, (table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({ ...host, routes: [unreadable, ...host.routes] })),
    })),
  },
};

/** What the proxy's first secret is called. */
const first = { secret: '' };

/** An application that speaks TLS, found by Cloud Map, where its instances are at 127.0.0.1. */
async function startSecure(stage: Stage, authority: Authority, name: string): Promise<Step> {
  const { certificateChain, privateKey } = authority.issue(name, [`DNS:${name}.cloud`]);
  const server = createServer({ cert: readFileSync(certificateChain), key: readFileSync(privateKey) }, (_, response) =>
    response.end(name),
  );
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  forced.changes.push(
    changing('endpoints', new RegExp(`^cds_egress_m_${name}_`), ({ clusterName }) =>
      loadAssignment(clusterName, [{ address: '127.0.0.1', port }]),
    ),
  );
  const spec = {
    listeners: [{ portMapping: { port, protocol: 'http' as const } }],
    serviceDiscovery: { awsCloudMap: { namespaceName: 'cloud', serviceName: name } },
  };
  return (client) => client.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: name, spec }));
}

const metricTypes = { cds: 'cluster', eds: 'endpoint', sds: 'secret', lds: 'listener', rds: 'route' } as const;

const possible = envoyPath() !== undefined && canMakeCertificates();

describe.skipIf(!possible).each(['delta', 'sotw'] as const)('an Envoy that refuses, by %s ADS,', (mode) => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let envoy: RunningEnvoy;
  let client: Client;
  let ownPort: number;
  let backends: Readonly<Record<'color' | 'bad' | 'shop', Backend>>;

  const front = (...names: readonly (keyof typeof backends)[]) => ({
    meshName,
    virtualNodeName: 'front',
    spec: {
      listeners: [{ portMapping: { port: ownPort, protocol: 'http' as const } }],
      serviceDiscovery: { dns: { hostname: '127.0.0.1' } },
      backends: names.map((name) => backends[name]),
    },
  });
  const sendsTo =
    (...names: readonly (keyof typeof backends)[]): Step =>
    (api) =>
      api.send(new UpdateVirtualNodeCommand(front(...names)));

  beforeAll(async () => {
    forced.changes = [];
    heddle = await startHeddle(stage);
    const credentials = () => administrator(heddle.dataDirectory);
    client = createClient({ endpoint: new URL(heddle.api), region, credentials });
    const [one, other] = [createAuthority(stage.folder(), 'one'), createAuthority(stage.folder(), 'other')];
    const backend = (name: string, trust?: Authority): Backend => {
      const validation = trust && { trust: { file: { certificateChain: trust.file } } };
      return {
        virtualService: {
          virtualServiceName: `${name}.local`,
          ...(validation && { clientPolicy: { tls: { validation } } }),
        },
      };
    };
    backends = { color: backend('color'), bad: backend('bad', one), shop: backend('shop', other) };
    ownPort = await startHttp(stage, 'front');
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      node('blue', { port: await startHttp(stage, 'blue') }),
      router('color', 8080),
      route('color', 'all', { red: 1 }),
      service('color.local', { router: 'color' }),
      await startSecure(stage, one, 'bad'),
      service('bad.local', { node: 'bad' }),
      await startSecure(stage, other, 'shop'),
      service('shop.local', { node: 'shop' }),
      (api) => api.send(new CreateVirtualNodeCommand(front('color', 'bad'))),
    );
    forced.changes.push((printed: EnvoyResources) => {
      if (first.secret === '') first.secret = printed.secrets[0]?.name ?? '';
      return printed;
    });
    first.secret = '';
    envoy = await startEnvoy(stage, heddle, {
      resource: nodeId('front'),
      mode,
      address: ownAddress(),
      ports: [ownPort],
    });
  }, 60_000);

  async function ask(host: string, port = envoy.egressPort): Promise<string> {
    const { status, body } = await request({ host: envoy.address, port, headers: { host } });
    if (status !== 200) throw new Error(`${host}: ${status} ${body}`);
    return body;
  }
  async function status(): Promise<EnvoyStatus> {
    const [only] = await fleetStatus(client, { resource: nodeId('front') });
    if (only === undefined) throw new Error('no Envoy is connected');
    return only;
  }
  async function metric(line: RegExp): Promise<number> {
    const text = await (await fetch(`http://${heddle.admin}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((one) => line.test(one))
        ?.split(' ')[1] ?? 0,
    );
  }
  const nacked = (): number => heddle.events.filter(({ kind }) => kind === 'nacked').length;
  const upToDate = (): Promise<void> =>
    eventually(async () => {
      const { types, sequence, newest } = await status();
      expect(Object.values(types).flatMap(({ nack }) => nack ?? [])).toEqual([]);
      expect(sequence).toBe(newest);
    });

  it.each(Object.entries(culprits))('%s', async (_, { type, name, words, change }) => {
    // Whatever became of the one before.
    forced.changes = forced.changes.filter((one) => !Object.values(culprits).some((culprit) => culprit.change === one));
    await apply(heddle.mesh, shift('color', 'all', { red: 1 }), sendsTo('color', 'bad'));
    await upToDate();
    const before = nacked();
    const agent = new Agent({ keepAlive: true });
    stage.defer(() => agent.destroy());
    const hosts = ['color.local', 'bad.local'];
    const traffic = startTraffic(stage, async () => {
      for (const host of hosts) await ask(host);
      return await ask('front', ownPort);
    });

    // What it refuses comes with a good cluster, its endpoints and its trust, and a table and a listener that lead there.
    forced.changes.push(change);
    await apply(heddle.mesh, sendsTo('color', 'bad', 'shop'));
    await eventually(async () => expect(await ask('shop.local')).toBe('shop'));
    const refused = await eventually(async () => {
      const now = await status();
      expect(now.types[type]?.nack?.names).toEqual([expect.stringMatching(name)]);
      return now;
    });
    expect(refused.types[type]?.nack?.message).toMatch(words);
    expect(refused.sequence).toBeLessThan(refused.newest);
    expect(statusText([refused])).toMatch(new RegExp(`refused ${type} \\S+: .*${words.source}`));
    expect(await metric(/^heddle_envoys_refusing /)).toBe(1);
    expect(await metric(new RegExp(`^heddle_nacks_total\\{type="${metricTypes[type]}"`))).toBeGreaterThan(0);
    const refusals = nacked();
    // Refused beside others, it is tried alone, once.
    expect(refusals - before).toBeLessThanOrEqual(2);

    await apply(heddle.mesh, shift('color', 'all', { blue: 1 }));
    await eventually(async () => expect(JSON.parse(await ask('color.local')).name).toBe('blue'));
    await apply(heddle.mesh, sendsTo('color', 'bad'));
    await apply(heddle.mesh, sendsTo('color', 'bad', 'shop'), shift('color', 'all', { red: 1 }));
    await eventually(async () => expect(JSON.parse(await ask('color.local')).name).toBe('red'));
    expect(nacked()).toBe(refusals);

    forced.changes.pop();
    await apply(heddle.mesh, sendsTo('color', 'bad'));
    await upToDate();
    expect(await metric(/^heddle_envoys_refusing /)).toBe(0);
    expect(nacked()).toBe(refusals);
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
