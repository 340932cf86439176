// How long a request may take, by what a route says, what the listener that it sends to says, and what neither says:
// at the client's Envoy, at the server's, and at a gateway. The requests that are cut short would never be answered.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { request, requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { startFailing, startFailingHttp2 } from './application.ts';
import { client, gateway, gatewayRoute, node, provided, routed } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const ms = (value: number) => ({ unit: 'ms', value });
const short = { perRequest: ms(300) };
const none = { perRequest: ms(0), idle: ms(0) };

describe.skipIf(envoyPath() === undefined)('a timeout', () => {
  const stage = useStage();
  let clientSide: PlacedEnvoy;
  let serverSide: PlacedEnvoy;
  let edge: PlacedEnvoy;
  let idleSide: PlacedEnvoy;
  let grpcSide: PlacedEnvoy;
  let applicationPort: number;
  let grpcPort: number;

  beforeAll(async () => {
    const { port } = await startFailing(stage);
    grpcPort = (await startFailingHttp2(stage)).port;
    applicationPort = port;
    const documents = [
      node('app', port),
      node('limited', port, 'http', { timeout: { http: short } }),
      node('idle', port, 'http', { timeout: { http: { perRequest: ms(0), idle: ms(300) } } }),
      node('calls', grpcPort, 'grpc', { timeout: { grpc: short } }),
      node('open-calls', grpcPort, 'grpc', { timeout: { grpc: none } }),
      ...routed('short-calls', { all: { match: {}, to: { 'open-calls': 1 }, timeout: short } }, 'grpc'),
      node('endless', port, 'http', { timeout: { http: none } }),
      ...routed('short', { all: { to: { app: 1 }, timeout: short } }),
      ...routed('short-of-endless', { all: { to: { endless: 1 }, timeout: short } }),
      ...routed('idle', { all: { to: { app: 1 }, timeout: { perRequest: ms(0), idle: ms(300) } } }),
      ...routed('endless-route', { all: { to: { app: 1 }, timeout: none } }),
      provided('provided', 'limited'),
      client('front', ['short', 'short-of-endless', 'idle', 'endless-route', 'provided', 'short-calls']),
      gateway('edge', 8080),
      gatewayRoute('edge', 'short', 'short', { match: { prefix: '/' } }),
      gatewayRoute('edge', 'endless', 'endless-route', { match: { prefix: '/endless' } }),
    ];
    clientSide = await startPlaced(stage, documents, 'virtualNode/front');
    serverSide = await startPlaced(stage, documents, 'virtualNode/limited', [port]);
    idleSide = await startPlaced(stage, documents, 'virtualNode/idle', [port]);
    grpcSide = await startPlaced(stage, documents, 'virtualNode/calls', [grpcPort]);
    edge = await startPlaced(stage, documents, 'virtualGateway/edge', [8080]);
  });

  const ask = async (envoy: PlacedEnvoy, port: number, host: string, path: string): Promise<number> =>
    (await request({ host: envoy.address, port, path, headers: { host } })).status;

  it.each([['short'], ['short-of-endless'], ['idle']])('of the route %s ends a request', async (host) => {
    expect(await ask(clientSide, clientSide.egressPort, host, '/never')).toBe(504);
  });

  it('of the route leaves a request alone that is fast enough', async () => {
    expect(await ask(clientSide, clientSide.egressPort, 'short', '/')).toBe(200);
  });

  it('of 0 is none', async () => {
    expect(await ask(clientSide, clientSide.egressPort, 'endless-route', '/late')).toBe(200);
  });

  it('of a listener ends a request at its own Envoy, not at the client that is silent', async () => {
    expect(await ask(serverSide, applicationPort, 'limited', '/never')).toBe(504);
    expect(await ask(clientSide, clientSide.egressPort, 'provided', '/late')).toBe(200);
  });

  it('of a listener ends a request that is idle', async () => {
    expect(await ask(idleSide, applicationPort, 'idle', '/never')).toBe(504);
  });

  it('of a listener or of a route ends a call of gRPC', async () => {
    const call = async ({ address }: PlacedEnvoy, port: number, host: string) =>
      (await requestHttp2({ host: address, port, path: '/never/x', headers: { host } })).status;
    expect(await call(grpcSide, grpcPort, 'calls')).toBe(504);
    expect(await call(clientSide, clientSide.egressPort, 'short-calls')).toBe(504);
  });

  it('of the route ends a request at a gateway', async () => {
    expect(await ask(edge, 8080, 'example.com', '/never')).toBe(504);
    expect(await ask(edge, 8080, 'example.com', '/endless/late')).toBe(200);
  });
});
