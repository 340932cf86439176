// Routers, nodes and gateways with several listeners: a route is of the one that it names, a target means one of the node's,
// and each listener of a gateway speaks its own protocol. Through real Envoys.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { type Seen, startHttp, startHttp2 } from '../fixture/application.ts';
import { type Answer, request, requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, provided } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const ports = { http: 8080, also: 8081, http2: 8082, grpc: 8083 };

describe.skipIf(envoyPath() === undefined)('of several listeners', () => {
  const stage = useStage();
  let front: PlacedEnvoy;
  let edge: PlacedEnvoy;
  let firstPort: number;
  let secondPort: number;

  beforeAll(async () => {
    [firstPort, secondPort] = [await startHttp(stage, 'first'), await startHttp(stage, 'second')];
    const grpcPort = await startHttp2(stage, 'calls');
    const listener = (port: number, protocol = 'http') => ({ portMapping: { port, protocol } });
    const serviceDiscovery = { dns: { hostname: '127.0.0.1' } };
    const to = (port: number) => ({ weightedTargets: [{ virtualNode: 'app', weight: 1, port }] });
    const route = (routeName: string, port: number, target: number) => {
      const spec = { httpRoute: { match: { prefix: '/', port }, action: to(target) } };
      return { virtualRouterName: 'app', routeName, spec };
    };
    const means = (virtualServiceName: string, port?: number) => ({
      target: { virtualService: { virtualServiceName }, ...(port !== undefined && { port }) },
    });
    const gatewayRoute = (gatewayRouteName: string, spec: object) => ({
      virtualGatewayName: 'edge',
      gatewayRouteName,
      spec,
    });
    const documents = [
      { virtualNodeName: 'app', spec: { listeners: [listener(firstPort), listener(secondPort)], serviceDiscovery } },
      { virtualNodeName: 'calls', spec: { listeners: [listener(grpcPort, 'grpc')], serviceDiscovery } },
      { virtualRouterName: 'app', spec: { listeners: [listener(9080), listener(9081)] } },
      route('first', 9080, firstPort),
      route('second', 9081, secondPort),
      { virtualServiceName: 'app.local', spec: { provider: { virtualRouter: { virtualRouterName: 'app' } } } },
      provided('node.local', 'app'),
      provided('calls.local', 'calls'),
      client('front', ['app.local', 'node.local']),
      {
        virtualGatewayName: 'edge',
        spec: {
          listeners: [
            listener(ports.http),
            listener(ports.also),
            listener(ports.http2, 'http2'),
            listener(ports.grpc, 'grpc'),
          ],
        },
      },
      gatewayRoute('a', { httpRoute: { match: { prefix: '/', port: ports.http }, action: means('app.local', 9080) } }),
      gatewayRoute('b', { httpRoute: { match: { prefix: '/', port: ports.also }, action: means('app.local', 9081) } }),
      gatewayRoute('c', {
        http2Route: { match: { prefix: '/', port: ports.http2 }, action: means('node.local', secondPort) },
      }),
      gatewayRoute('d', {
        grpcRoute: { match: { serviceName: 'shop.Cart', port: ports.grpc }, action: means('calls.local') },
      }),
    ];
    front = await startPlaced(stage, documents, 'virtualNode/front');
    edge = await startPlaced(stage, documents, 'virtualGateway/edge', Object.values(ports));
  });

  const name = ({ status, body }: Answer): string => {
    expect(status, body).toBe(200);
    return (JSON.parse(body) as Seen).name;
  };
  const ask = (host: string) => request({ host: front.address, port: front.egressPort, headers: { host } });

  it('of a router a route has the one that it names, and its target the one of the node', async () => {
    expect(name(await ask('app.local:9080'))).toBe('first');
    expect(name(await ask('app.local:9081'))).toBe('second');
  });

  it('of a node that provides a service each is a port of the service', async () => {
    expect(name(await ask(`node.local:${firstPort}`))).toBe('first');
    expect(name(await ask(`node.local:${secondPort}`))).toBe('second');
  });

  it.each([
    [ports.http, 'first'],
    [ports.also, 'second'],
  ])('of a gateway the one on %s leads to the port of a service that its route names', async (port, expected) => {
    expect(name(await request({ host: edge.address, port, headers: { host: 'example.com' } }))).toBe(expected);
  });

  it('of a gateway one speaks HTTP/2', async () => {
    const question = { host: edge.address, port: ports.http2, headers: { host: 'example.com' } };
    expect(name(await requestHttp2(question))).toBe('second');
  });

  it('of a gateway one takes calls of gRPC, of the services that its routes name', async () => {
    const call = (path: string) =>
      requestHttp2({
        host: edge.address,
        port: ports.grpc,
        path,
        headers: { host: 'example.com', 'content-type': 'application/grpc' },
      });
    const { path, host, name: who } = JSON.parse((await call('/shop.Cart/Add')).body) as Seen;
    expect({ path, host, who }).toEqual({ path: '/shop.Cart/Add', host: 'calls.local', who: 'calls' });
    expect((await call('/shop.Other/Add')).body).toBe('');
  });
});
