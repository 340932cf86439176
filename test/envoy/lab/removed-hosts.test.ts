// A host that is gone from discovery gets nothing more at once, although it still says that it is well: health checks would
// otherwise hold on to it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { encode } from '#streamer/envoy/encode.ts';
import { print } from '#streamer/envoy/print.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import { createView } from '#streamer/xds/fixture.ts';
import { createXdsServer } from '#streamer/xds/server.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { envoyPath } from '../../setup/tools.ts';
import { launchEnvoy, ownAddress, type RunningEnvoy } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { request } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, provided } from './documents.ts';

describe.skipIf(envoyPath() === undefined)('a host that is well', () => {
  const stage = useStage();
  const port = 18_080;
  const hosts = { stays: ownAddress(), goes: ownAddress() };
  const asked = { stays: 0, goes: 0 };
  const address = ownAddress();
  let envoy: RunningEnvoy;
  let sequence = 0;
  const view = createView();

  const healthCheck = { protocol: 'http', path: '/ping', healthyThreshold: 2, unhealthyThreshold: 2 };
  const documents = [
    {},
    {
      virtualNodeName: 'app',
      spec: {
        listeners: [
          {
            portMapping: { port, protocol: 'http' },
            healthCheck: { ...healthCheck, intervalMillis: 5000, timeoutMillis: 2000 },
          },
        ],
        serviceDiscovery: { awsCloudMap: { namespaceName: 'shop', serviceName: 'app' } },
      },
    },
    provided('app.local', 'app'),
    client('front', ['app.local']),
  ];
  const mesh = meshFrom(stringify(documents.map((document) => ({ meshName: 'm', ...document }))));

  function tell(names: readonly (keyof typeof hosts)[]): void {
    const instances = () => ({ instances: names.map((name) => ({ id: name, ipv4: hosts[name] })) });
    const placement = { bind: address, egressPort: 15_001 };
    const { graph } = proxyGraph(mesh, 'virtualNode/front', placement, { instances });
    sequence += 1;
    view.show({ sequence, resources: encode(print(graph)) });
  }

  beforeAll(async () => {
    for (const name of ['stays', 'goes'] as const) {
      const application = createServer(({ url }, response) => {
        if (url === '/ping') asked[name] += 1;
        response.end(name);
      });
      application.keepAliveTimeout = 0;
      application.listen(port, hosts[name]);
      stage.defer(() => application.close());
      await once(application, 'listening');
    }
    const server = createXdsServer({
      admission: { admit: async () => ({ resource: 'front', view, release: () => {} }) },
      onEvent: () => {},
    });
    const [streamer = ''] = await server.listen(['127.0.0.1:0']);
    stage.defer(() => server.close(0));
    tell(['stays', 'goes']);
    const told = { streamer, token: async () => 'of-nobody' };
    envoy = await launchEnvoy(stage, told, { resource: 'mesh/m/virtualNode/front', address });
    await eventually(() => thirty().then((names) => expect(names).toEqual(new Set(['stays', 'goes']))));
  }, 60_000);

  async function thirty(): Promise<ReadonlySet<string>> {
    const ask = () => request({ host: address, port: envoy.egressPort, headers: { host: 'app.local' } });
    return new Set((await Promise.all(Array.from({ length: 30 }, ask))).map(({ body }) => body));
  }
  const members = (kind: string): Promise<number> => envoy.stat(`cluster.cds_egress_m_app_http_${port}.${kind}`);

  it('gets nothing more when it is gone from discovery', async () => {
    await eventually(async () => expect(await members('membership_healthy')).toBe(2));
    expect(asked.goes).toBeGreaterThan(0);
    tell(['stays']);
    await eventually(async () => expect(await members('membership_total')).toBe(1));
    expect(await thirty()).toEqual(new Set(['stays']));
  });
});
