// A streamer of its own on DynamoDB, as a process: what the API writes reaches an Envoy through the log, and an Envoy is
// served on while DynamoDB cannot be had.
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Seen, startHttp } from '#test/envoy/fixture/application.ts';
import { type ControlPlaneProcess, runHeddle, runStreamer } from '#test/envoy/fixture/control-plane.ts';
import { apply, mesh, node, nodeId, route, router, service, shift } from '#test/envoy/fixture/documents.ts';
import { type RunningEnvoy, startEnvoy } from '#test/envoy/fixture/envoy.ts';
import { eventually } from '#test/envoy/fixture/eventually.ts';
import { request } from '#test/envoy/fixture/request.ts';
import { useStage } from '#test/envoy/fixture/stage.ts';
import { startTraffic } from '#test/envoy/fixture/traffic.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { type BreakableProxy, breakableProxy } from './breakable-proxy.ts';
import { type Emulator, emulatorAvailable, startEmulator } from './emulator.ts';
import { makePlaces } from './tables.ts';

async function color({ address: host, egressPort: port }: RunningEnvoy): Promise<string> {
  const { status, body } = await request({ host, port, headers: { host: 'color.local' } });
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return (JSON.parse(body) as Seen).name;
}

const possible = envoyPath() !== undefined && (await emulatorAvailable());

describe.skipIf(!possible)('a streamer on DynamoDB', { timeout: 120_000 }, () => {
  const stage = useStage();
  let emulator: Emulator;
  let proxy: BreakableProxy;
  let environment: Readonly<Record<string, string>>;
  let heddle: ControlPlaneProcess;
  let admin: string;

  beforeAll(async () => {
    emulator = await startEmulator();
    emulator.adopt();
    const { logTable, bucket } = await makePlaces();
    proxy = await breakableProxy(emulator.endpoint);
    const store = { HEDDLE_STORE: `dynamodb:${logTable}`, HEDDLE_SNAPSHOT_BUCKET: bucket };
    const api = await runHeddle(stage, join(stage.folder(), 'data'), { ...emulator.environment, ...store });
    environment = { ...emulator.environment, ...store, AWS_ENDPOINT_URL: proxy.endpoint };
    const { streamer, ...rest } = await runStreamer(stage, environment);
    admin = rest.admin;
    heddle = { ...api, streamer };
    const [red, blue] = [await startHttp(stage, 'red'), await startHttp(stage, 'blue')];
    await apply(
      heddle.mesh,
      mesh(),
      node('red', { port: red }),
      node('blue', { port: blue }),
      router('color', 8080),
      route('color', 'all', { red: 1, blue: 0 }),
      service('color.local', { router: 'color' }),
      node('front', { backends: ['color.local'] }),
    );
  }, 90_000);
  afterAll(async () => {
    proxy?.close();
    await emulator?.stop();
  });
  beforeEach(() => apply(heddle.mesh, shift('color', 'all', { red: 1, blue: 0 })));

  const lost = async () => {
    const [health, ready] = await Promise.all([fetch(`${admin}/healthz`), fetch(`${admin}/readyz`)]);
    expect([health.status, ready.status]).toEqual([200, 200]);
    return ((await ready.json()) as { readonly lost: object }).lost;
  };

  it('shows an Envoy what another process has written', async () => {
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    await eventually(async () => expect(await color(envoy)).toBe('red'));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    await eventually(async () => expect(await color(envoy)).toBe('blue'));
  });

  it.each([
    { how: 'fails', error: { status: 500, name: 'InternalServerError' } },
    { how: 'throttles', error: { status: 400, name: 'ThrottlingException' } },
    { how: 'cannot be reached' },
  ])('serves on while DynamoDB $how, and catches up after it', async ({ error }) => {
    const envoy = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    const traffic = startTraffic(stage, () => color(envoy));
    await eventually(() => expect(new Set(traffic.newest(20))).toEqual(new Set(['red'])));

    proxy.cut(error);
    await eventually(async () => expect(await lost()).toHaveProperty('store'));
    await apply(heddle.mesh, shift('color', 'all', { red: 0, blue: 1 }));
    // Whom it admits without asking anybody is served as well, with what it has.
    const late = await startEnvoy(stage, heddle, { resource: nodeId('front') });
    expect(await color(late)).toBe('red');
    expect(await color(envoy)).toBe('red');

    proxy.mend();
    await eventually(async () => expect([await color(envoy), await color(late)]).toEqual(['blue', 'blue']));
    await eventually(async () => expect(await lost()).toEqual({}));
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
  });

  it('drains and ends well when it is asked to', async () => {
    const { child } = await runStreamer(stage, environment);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
