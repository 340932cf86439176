// What keeps a failing or slow part from taking the rest along: pools that overflow, hosts that are left alone, hosts that
// say that they are not well. Through real Envoys.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { ownAddress } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { type Answer, request, requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { type CountingApplication, startFailing, startFailingHttp2 } from './application.ts';
import { client, gateway, gatewayRoute, node, provided } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

describe.skipIf(envoyPath() === undefined)('a connection pool', () => {
  const stage = useStage();

  /** One request that has the only connection, then four more: what these are answered while the first is never. */
  async function overflow(host: string, port: number, application: CountingApplication): Promise<readonly number[]> {
    const answered: number[] = [];
    const ask = (): void => {
      request({ host, port, path: '/never/x' }).then(
        ({ status }) => answered.push(status),
        () => {},
      );
    };
    ask();
    await eventually(() => expect(application.asked('/never/x')).toBe(1));
    for (let count = 0; count < 4; count += 1) ask();
    await eventually(() => expect(answered.length).toBeGreaterThanOrEqual(3));
    return answered;
  }

  it('lets through what the node’s listener allows, and refuses the rest at once', async () => {
    const application = await startFailing(stage);
    const { port } = application;
    const pool = { connectionPool: { http: { maxConnections: 1, maxPendingRequests: 1 } } };
    const envoy = await startPlaced(stage, [node('app', port, 'http', pool)], 'virtualNode/app', [port]);
    expect(await overflow(envoy.address, port, application)).toEqual([503, 503, 503]);
    expect(await envoy.count(/cds_ingress_m_app.*upstream_rq_pending_overflow/)).toBe(3);
  });

  it('of HTTP/2 bounds the requests', async () => {
    const application = await startFailingHttp2(stage);
    const { port } = application;
    const pool = { connectionPool: { grpc: { maxRequests: 1 } } };
    const envoy = await startPlaced(stage, [node('app', port, 'grpc', pool)], 'virtualNode/app', [port]);
    const ask = (path: string) => requestHttp2({ host: envoy.address, port, path });
    ask('/never/x').catch(() => {});
    await eventually(() => expect(application.asked('/never/x')).toBe(1));
    expect((await ask('/grpc/0')).status).toBe(503);
    expect(await envoy.count(/cds_ingress_m_app.*upstream_rq_active_overflow/)).toBe(1);
  });

  it('is around a gateway’s loop', async () => {
    const application = await startFailing(stage);
    const { port } = application;
    const edge = gateway('edge', 8088) as { readonly spec: { readonly listeners: readonly object[] } };
    const connectionPool = { http: { maxConnections: 1, maxPendingRequests: 1 } };
    const listeners = edge.spec.listeners.map((listener) => ({ ...listener, connectionPool }));
    const documents = [
      { ...gateway('edge', 8088), spec: { listeners } },
      node('app', port),
      provided('app.local', 'app'),
      gatewayRoute('edge', 'all', 'app.local', { match: { prefix: '/' } }),
    ];
    const envoy = await startPlaced(stage, documents, 'virtualGateway/edge', [8088]);
    expect(await overflow(envoy.address, 8088, application)).toEqual([503, 503, 503]);
    expect(await envoy.count(/self_redirect.*upstream_rq_pending_overflow/)).toBe(3);
  });
});

describe.skipIf(envoyPath() === undefined)('of several hosts', () => {
  const stage = useStage();
  const port = 18_080;
  const healthPort = 18_081;
  const addresses = { good: ownAddress(), other: ownAddress(), bad: ownAddress(), deaf: ownAddress() };
  let ejecting: PlacedEnvoy;
  let checking: PlacedEnvoy;
  let panicking: PlacedEnvoy;

  const instances = (names: readonly (keyof typeof addresses)[]) => ({
    instances: () => ({ instances: names.map((name) => ({ id: name, ipv4: addresses[name] })) }),
  });
  const found = (listener: object) => ({
    virtualNodeName: 'app',
    spec: {
      listeners: [{ portMapping: { port, protocol: 'http' }, ...listener }],
      serviceDiscovery: { awsCloudMap: { namespaceName: 'shop', serviceName: 'app' } },
    },
  });
  const check = (protocol: string, more: object = {}) => ({
    healthCheck: {
      protocol,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      intervalMillis: 5000,
      timeoutMillis: 2000,
      ...more,
    },
  });
  async function listen(server: Server, at: number, address: string): Promise<void> {
    server.listen(at, address);
    stage.defer(() => server.close());
    await once(server, 'listening');
  }

  beforeAll(async () => {
    for (const [name, address] of Object.entries(addresses)) {
      const application = createServer(({ url, headers }, response) => {
        const well = url !== '/ping' || (name !== 'deaf' && headers.host === `app.shop:${port}`);
        response.statusCode = name === 'bad' ? 500 : well ? 200 : 503;
        response.end(name);
      });
      application.keepAliveTimeout = 0;
      await listen(application, port, address);
      if (name !== 'deaf') await listen(createTcpServer(), healthPort, address);
    }
    const front = [provided('app.local', 'app'), client('front', ['app.local'])];
    const outlierDetection = {
      maxServerErrors: 3,
      interval: { unit: 'ms', value: 100 },
      baseEjectionDuration: { unit: 's', value: 300 },
      maxEjectionPercent: 1,
    };
    const start = (listener: object, names: readonly (keyof typeof addresses)[]) =>
      startPlaced(stage, [found(listener), ...front], 'virtualNode/front', [], [], instances(names));
    [ejecting, checking, panicking] = await Promise.all([
      start({ outlierDetection }, ['good', 'other', 'bad']),
      start(check('http', { path: '/ping' }), ['good', 'other', 'deaf']),
      start(check('tcp', { port: healthPort }), ['deaf']),
    ]);
  }, 60_000);

  const ask = (envoy: PlacedEnvoy): Promise<Answer> =>
    request({ host: envoy.address, port: envoy.egressPort, headers: { host: 'app.local' } });
  async function thirty(envoy: PlacedEnvoy): Promise<ReadonlySet<string>> {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(envoy)));
    return new Set(answers.map(({ body }) => body));
  }

  it('the one that fails in a row gets nothing for a while', async () => {
    await eventually(async () => {
      await thirty(ejecting);
      expect(await ejecting.count(/cds_egress_m_app.*ejections_active/)).toBe(1);
    });
    expect(await thirty(ejecting)).toEqual(new Set(['good', 'other']));
  });

  it('the one that says that it is not well gets nothing', async () => {
    await eventually(async () => expect(await checking.count(/cds_egress_m_app.*membership_healthy/)).toBe(2));
    expect(await thirty(checking)).toEqual(new Set(['good', 'other']));
  });

  it('all are used when too few are well', async () => {
    await eventually(async () =>
      expect(await panicking.count(/cds_egress_m_app.*health_check.failure/)).toBeGreaterThan(0),
    );
    expect(await panicking.count(/cds_egress_m_app.*membership_healthy/)).toBe(0);
    expect(await thirty(panicking)).toEqual(new Set(['deaf']));
    expect(await panicking.count(/cds_egress_m_app.*lb_healthy_panic/)).toBeGreaterThan(0);
  });
});
