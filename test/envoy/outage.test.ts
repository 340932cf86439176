// An Envoy goes on with what it has, whatever becomes of the control plane, and hears of changes once it is back.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '#cli/demo/free-port.ts';
import { envoyPath } from '../setup/tools.ts';
import { type Seen, startHttp } from './fixture/application.ts';
import { type ControlPlaneProcess, firstLine, runCommand, runHeddle, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, node, nodeId, route, router, type Step, service, shift } from './fixture/documents.ts';
import { type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';

/** A front with a service of two colors, all red. */
const documents = (ports: { readonly red: number; readonly blue: number }): readonly Step[] => [
  mesh(),
  node('red', { port: ports.red }),
  node('blue', { port: ports.blue }),
  router('color', 8080),
  route('color', 'all', { red: 1, blue: 0 }),
  service('color.local', { router: 'color' }),
  node('front', { backends: ['color.local'] }),
];

async function color({ address: host, egressPort: port }: RunningEnvoy): Promise<string> {
  const { status, body } = await request({ host, port, headers: { host: 'color.local' } });
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return (JSON.parse(body) as Seen).name;
}

describe.skipIf(envoyPath() === undefined)('when the control plane is killed', { timeout: 120_000 }, () => {
  const stage = useStage();
  let dataDirectory: string;
  let addresses: Readonly<Record<string, string>>;
  let heddle: ControlPlaneProcess;

  const restart = async (): Promise<void> => {
    heddle = await runHeddle(stage, dataDirectory, addresses);
  };

  beforeAll(async () => {
    dataDirectory = join(stage.folder(), 'data');
    const api = await freePort(['127.0.0.1']);
    const xds = await freePort(['127.0.0.1'], 0, new Set([api]));
    addresses = { HEDDLE_API_ADDR: `127.0.0.1:${api}`, HEDDLE_XDS_ADDR: `127.0.0.1:${xds}` };
    await restart();
    const ports = { red: await startHttp(stage, 'red'), blue: await startHttp(stage, 'blue') };
    await apply(heddle.mesh, ...documents(ports));
  }, 60_000);

  beforeEach(() => apply(heddle.mesh, shift('color', 'all', { red: 1, blue: 0 })));

  it.each(['delta', 'sotw'] as const)('an Envoy serves on and gets later changes, by %s ADS', async (mode) => {
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front'), mode });
    const traffic = startTraffic(stage, () => color(envoy));
    await eventually(() => expect(traffic.newest(20)).toHaveLength(20));

    await heddle.kill();
    await eventually(async () => expect(await envoy.stat('control_plane.connected_state')).toBe(0));
    const answered = traffic.answered();
    await eventually(() => expect(traffic.answered()).toBeGreaterThan(answered + 100));

    await restart();
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['blue'])));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });

  it('an Envoy comes back with the token that was renewed in its file', async () => {
    const file = join(stage.folder(), 'token');
    const lifetime = 5;
    const words = ['token', nodeId('front'), '--write', file, '--watch', '--lifetime', String(lifetime), '--json'];
    const first = await firstLine<{ readonly expiresAt: number }>(runCommand(stage, heddle, 'token', ...words));
    expect(existsSync(file)).toBe(true);
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front'), token: { file } });
    expect(await color(envoy)).toBe('red');

    await eventually(() => expect(Date.now() / 1000).toBeGreaterThan(first.expiresAt));
    await heddle.kill();
    await restart();
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(async () => expect(await color(envoy)).toBe('blue'));
  });
});

describe.skipIf(envoyPath() === undefined)('when its node is deleted', { timeout: 120_000 }, () => {
  const stage = useStage();

  it('an Envoy is told so, and serves on', async () => {
    const heddle = await startHeddle(stage);
    const ports = { red: await startHttp(stage, 'red'), blue: await startHttp(stage, 'blue') };
    await apply(heddle.mesh, ...documents(ports));
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    const traffic = startTraffic(stage, () => color(envoy));

    await heddle.mesh.send(new DeleteVirtualNodeCommand({ meshName, virtualNodeName: 'front' }));
    await eventually(() => expect(heddle.events).toContainEqual(expect.objectContaining({ kind: 'closed', code: 3 })));
    // It asks again, in vain, and keeps what it has.
    await eventually(() => expect(heddle.events).toContainEqual(expect.objectContaining({ kind: 'refused', code: 3 })));
    const answered = traffic.answered();
    await eventually(() => expect(traffic.answered()).toBeGreaterThan(answered + 100));

    await apply(heddle.mesh, node('front', { backends: ['color.local'] }));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['blue'])));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
