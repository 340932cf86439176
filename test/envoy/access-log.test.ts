// What a proxy writes of each request, in the user's own form: text and JSON, and on a gateway for its loop too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateVirtualGatewayCommand,
  CreateVirtualNodeCommand,
  type LoggingFormat,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, gatewayId, gatewayRoute, meshName, nodeId, service } from './fixture/documents.ts';
import { ownAddress, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

describe.skipIf(envoyPath() === undefined)('an access log', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  const [app, edge] = [ownAddress(), ownAddress()];
  let port: number;
  const path = (name: string): string => join(stage.folder(), `${name}.txt`);
  const lines = (name: string): readonly string[] => readFileSync(path(name), 'utf8').split('\n').slice(0, -1);

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    port = await startHttp(stage, 'app');
    const logging = (name: string, format: LoggingFormat) => ({ accessLog: { file: { path: path(name), format } } });
    const { mesh } = heddle;
    await mesh.send(new CreateMeshCommand({ meshName }));
    const spec = {
      listeners: [{ portMapping: { port, protocol: 'http' as const } }],
      serviceDiscovery: { dns: { hostname: app } },
      logging: logging('text', { text: '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %RESPONSE_CODE%' }),
    };
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'app', spec }));
    const json = [
      { key: 'path', value: '%REQ(:PATH)%' },
      { key: 'code', value: '%RESPONSE_CODE%' },
      { key: 'who', value: 'edge' },
    ];
    const listeners = [{ portMapping: { port: 8088, protocol: 'http' as const } }];
    const gateway = { listeners, logging: logging('json', { json }) };
    await mesh.send(new CreateVirtualGatewayCommand({ meshName, virtualGatewayName: 'edge', spec: gateway }));
    await apply(mesh, service('app.local', { node: 'app' }), gatewayRoute('edge', 'app', '/app', 'app.local'));
    await Promise.all([
      startEnvoy(stage, heddle, { resource: nodeId('app'), address: app, ports: [port] }),
      startEnvoy(stage, heddle, { resource: gatewayId('edge'), address: edge, ports: [8088] }),
    ]);
  }, 60_000);

  it('holds a line of text for each request', async () => {
    for (const asked of ['/one', '/two']) await request({ host: app, port, path: asked });
    await eventually(() => expect(lines('text')).toEqual(['GET /one 200', 'GET /two 200']));
  }, 40_000);

  it('holds an object for each request of a gateway, and for its way through the loop', async () => {
    await request({ host: edge, port: 8088, path: '/app/x' });
    await eventually(() => expect(lines('json')).toHaveLength(2));
    const objects = lines('json').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(objects.map((object) => object.path)).toEqual(expect.arrayContaining(['/x']));
    for (const object of objects) expect(object).toMatchObject({ code: 200, who: 'edge' });
  }, 40_000);

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
