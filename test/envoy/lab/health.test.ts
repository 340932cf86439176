// How hosts are asked whether they are well over HTTP/2 and gRPC, on the port that is named: those that say no, or nothing,
// get no requests. Through a real Envoy.
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { ownAddress } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, provided } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const port = 18_080;
const healthPort = 18_081;
const addresses = { good: ownAddress(), other: ownAddress(), bad: ownAddress() };
type Name = keyof typeof addresses;

/** Answers `/ping` with 200 or 503, gRPC's health check (grpc.health.v1, HealthCheckResponse) with SERVING or NOT_SERVING. */
function health(name: Name, stream: ServerHttp2Stream, path: string): void {
  const well = name !== 'bad';
  if (path === '/ping') stream.respond({ ':status': well ? 200 : 503 }, { endStream: true });
  else if (path === '/grpc.health.v1.Health/Check') {
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, well ? 1 : 2]));
  } else stream.respond({ ':status': 404 }, { endStream: true });
}

describe.skipIf(envoyPath() === undefined).each([
  ['http2', { path: '/ping' }, port],
  ['grpc', {}, port],
  ['grpc', { port: healthPort }, healthPort],
  ['http2', { path: '/ping', port: healthPort }, healthPort],
] as const)('a health check by %s %j', (protocol, more, asked) => {
  const stage = useStage();
  let front: PlacedEnvoy;

  async function listen(
    name: Name,
    at: number,
    serve: (stream: ServerHttp2Stream, path: string) => void,
  ): Promise<void> {
    const server: Http2Server = createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => stream.destroy());
      serve(stream, headers[':path'] ?? '');
    });
    server.on('session', (session) => stage.defer(() => session.destroy()));
    server.listen(at, addresses[name]);
    stage.defer(() => void server.close());
    await once(server, 'listening');
  }

  beforeAll(async () => {
    for (const name of Object.keys(addresses) as Name[]) {
      await listen(name, port, (stream, path) => {
        if (path === '/') {
          stream.respond();
          stream.end(name);
        }
        // Whoever is to be asked elsewhere says no here.
        else health(asked === port ? name : 'bad', stream, path);
      });
      if (asked !== port) await listen(name, asked, (stream, path) => health(name, stream, path));
    }
    const times = { healthyThreshold: 2, unhealthyThreshold: 2, intervalMillis: 5000, timeoutMillis: 2000 };
    const app = {
      virtualNodeName: 'app',
      spec: {
        listeners: [{ portMapping: { port, protocol: 'grpc' }, healthCheck: { protocol, ...times, ...more } }],
        serviceDiscovery: { awsCloudMap: { namespaceName: 'shop', serviceName: 'app' } },
      },
    };
    const instances = () => ({ instances: Object.values(addresses).map((ipv4) => ({ id: ipv4, ipv4 })) });
    const documents = [app, provided('app.local', 'app'), client('front', ['app.local'])];
    front = await startPlaced(stage, documents, 'virtualNode/front', [], [], { instances });
  }, 60_000);

  it('keeps requests from the host that is not well', async () => {
    await eventually(async () => expect(await front.count(/cds_egress_m_app.*membership_healthy/)).toBe(2));
    const ask = () => requestHttp2({ host: front.address, port: front.egressPort, headers: { host: 'app.local' } });
    const answers = await Promise.all(Array.from({ length: 30 }, ask));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['good', 'other']));
  });
});
