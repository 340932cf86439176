// The fleet seen and changed from outside: status, wait, plan and apply as processes against a Heddle of this process,
// with an Envoy that acknowledges and refuses as it is told.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createClient } from '#cli/client.ts';
import { administrator } from '#cli/credentials.ts';
import { fleetStatus } from '#cli/fleet-status.ts';
import { readConfiguration } from '#local/configuration.ts';
import type { Log } from '#local/log.ts';
import { type Running, startLocal } from '#local/main.ts';
import { type SimulatedEnvoy, simulateEnvoy } from '#streamer/xds/simulated-envoy.ts';
import { documents, node, route } from '../own/documents.ts';

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
const front = 'mesh/m/virtualNode/front';
const silent: Log = {
  request() {},
  stream() {},
  bug: fail,
  trouble: (_, what) => what === undefined || fail(what),
  warn() {},
};

function fail(error: unknown): never {
  throw error;
}

let folder: string;
let heddle: Running;
let envoys: SimulatedEnvoy[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-fleet-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  const configuration = readConfiguration({
    HEDDLE_DATA_DIR: await mkdtemp(join(folder, 'data-')),
    HEDDLE_API_ADDR: '127.0.0.1:0',
    HEDDLE_XDS_ADDR: '127.0.0.1:0',
    HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
  });
  if ('refused' in configuration) throw new Error(configuration.refused.join('; '));
  heddle = await startLocal(configuration, silent);
  dataDir = configuration.dataDir;
});
afterEach(async () => {
  for (const envoy of envoys) envoy.close();
  envoys = [];
  await heddle.close();
});
let dataDir: string;

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(args: string, input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args.split(' ')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      HEDDLE_ENDPOINT: `http://${heddle.apiAddress}`,
      AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'aws', 'credentials'),
      AWS_PROFILE: 'heddle',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [[status], output, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { status: status as number | null, output, errors };
}

async function file(name: string, ...values: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, values.map((value) => stringify(value)).join('---\n'));
  return path;
}

/** An Envoy of a node that asks for everything and refuses with what `refusal` says; ends when it runs the newest. */
async function connect(
  resource: string,
  refusal: (type: string) => string | undefined = () => undefined,
): Promise<void> {
  const credentials = await administrator(dataDir);
  const client = createClient({
    endpoint: new URL(`http://${heddle.apiAddress}`),
    region: 'us-east-1',
    credentials: async () => credentials,
  });
  const issued = await client.call({ method: 'POST', path: '/heddle/v1/tokens', body: { resource } });
  const { token } = issued as { token: string };
  const address = heddle.xdsAddresses[0] ?? '';
  const envoy = simulateEnvoy(address, { node: resource, metadata: { authorization: `Bearer ${token}` } });
  envoys.push(envoy);
  envoy.say('cluster');
  envoy.say('listener');
  const ports = ['egress_http_80', 'egress_http_8080', 'ingress_http_8080', 'ingress_http_8081', 'ingress_http_9080'];
  const routes = ports.map((port) => `rds_${port}`);
  envoy.say('route', { resourceNamesSubscribe: routes });
  async function answer(): Promise<void> {
    for (;;) {
      const heard = await envoy.hear();
      const words = refusal(heard.type);
      if (words === undefined) envoy.ack(heard);
      else envoy.nack(heard, words);
    }
  }
  // It answers until its stream ends.
  answer().catch(() => {});
  // Until the fleet knows it, there is nobody to wait for.
  for (let running = false; !running; await pause(20)) {
    const rows = await fleetStatus(client, { resource });
    running = rows.some(({ sequence, newest }) => sequence === newest);
  }
}

describe('apply', () => {
  it('makes what the files say in the order of the references, and nothing the second time', async () => {
    const path = await file('mesh.yaml', ...documents.toReversed());
    const first = await run(`apply ${path} --json`);
    expect(first).toMatchObject({ status: 0, errors: '' });
    const made = JSON.parse(first.output) as { action: string; sequence: number }[];
    expect(made.map(({ action, sequence }) => [action, sequence])).toEqual(
      documents.map((_, at) => ['create', at + 1]),
    );
    const again = await run(`apply ${path}`);
    expect(again.output.split('\n').filter((line) => line !== '' && !line.startsWith('unchanged'))).toEqual([]);
    const update = await run('apply -', JSON.stringify([route('blue')]));
    expect(update).toMatchObject({ status: 0, output: 'update     mesh/m/virtualRouter/paint/route/all\n' });
  });

  it('begins nothing when something would be refused', async () => {
    const path = await file('refused.yaml', ...documents, { ...route('nowhere'), routeName: 'lost' });
    const { status, output, errors } = await run(`apply ${path}`);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain('virtualNode/nowhere must exist');
    expect(await run('status mesh/m')).toMatchObject({ status: 1 });
  });

  it('deletes what the files name no longer, if it is asked to', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents, node('green'))}`);
    const path = await file('mesh.yaml', ...documents);
    expect((await run(`apply ${path}`)).output).not.toContain('delete');
    expect((await run(`apply --prune ${path}`)).output).toContain('delete     mesh/m/virtualNode/green\n');
    expect(await run('status mesh/m/virtualNode/green')).toMatchObject({ status: 1 });
  });

  it('waits until all have acknowledged', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    await connect(front);
    const applied = await run(`apply --wait --timeout 20 ${await file('route.yaml', route('blue'))}`);
    expect(applied).toMatchObject({ status: 0 });
    const { output } = await run('status --json');
    expect(JSON.parse(output)).toMatchObject([{ sequence: documents.length + 1, newest: documents.length + 1 }]);
  });

  it('waits for nobody whom the change does not concern', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    await connect(front);
    let refusing = false;
    const red = 'mesh/m/virtualNode/red';
    await connect(red, () => (refusing ? 'no such thing' : undefined));
    refusing = true;
    const refused = await run(`apply --wait --timeout 1 ${await file('red.yaml', node('red', 8081))}`);
    expect(refused).toMatchObject({ status: 3, errors: expect.stringContaining('waiting for 1 Envoy\n') });
    expect(refused.errors).toContain(`${red} at `);
    expect(await run(`apply --wait --timeout 20 ${await file('route.yaml', route('blue'))}`)).toMatchObject({
      status: 0,
    });
    // With nothing to change all are waited for, as those of a change that did not arrive in time.
    expect(await run(`apply --wait --timeout 1 ${await file('route.yaml', route('blue'))}`)).toMatchObject({
      status: 3,
    });
  });

  it('changes the protocol of a service by another router, and says so', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    const portMapping = { port: 8080, protocol: 'http2' };
    const red = { ...node('red'), spec: { ...node('red').spec, listeners: [{ portMapping }] } };
    const router = (virtualRouterName: string) => ({
      meshName: 'm',
      virtualRouterName,
      spec: { listeners: [{ portMapping }] },
    });
    const { httpRoute: http2Route } = route('red').spec;
    const routed = (virtualRouterName: string) => ({ ...route('red'), virtualRouterName, spec: { http2Route } });
    const refused = await run(`apply ${await file('changed.yaml', red, router('paint'), routed('paint'))}`);
    expect(refused).toMatchObject({ status: 1, errors: expect.stringContaining('make another Virtual Router') });
    const provider = { virtualRouter: { virtualRouterName: 'paint2' } };
    const service = { meshName: 'm', virtualServiceName: 'paint.local', spec: { provider } };
    const moved = await run(`apply ${await file('moved.yaml', service, red, router('paint2'), routed('paint2'))}`);
    expect(moved.output.split('\n').at(-2)).toBe('update     mesh/m/virtualService/paint.local');
    expect(await run(`config ${front}`)).toMatchObject({ output: expect.stringContaining('rds_egress_http2_8080') });
  });
});

describe('wait', () => {
  it('ends at once where no Envoy is connected, and after a change that concerns none', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    expect(await run('wait mesh/m --timeout 5')).toMatchObject({ status: 0 });
    await connect(front);
    expect(await run('wait mesh/m --timeout 20')).toMatchObject({ status: 0 });
    await run(`apply ${await file('green.yaml', node('green'))}`);
    expect(await run(`wait mesh/m --sequence ${documents.length + 1} --timeout 20`)).toMatchObject({ status: 0 });
  });

  it('says with status 3 who has not acknowledged, and why', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    let refusing = false;
    await connect(front, (type) => (refusing && type === 'route' ? 'no such thing' : undefined));
    expect(await run('wait mesh/m --timeout 20')).toMatchObject({ status: 0 });
    refusing = true;
    const waited = await run(`apply --wait --timeout 1 ${await file('route.yaml', route('blue'))}`);
    expect(waited.status).toBe(3);
    expect(waited.errors).toContain(`${front} at `);
    expect(waited.errors).toContain('no such thing');
    const told = await run(`wait ${front} --timeout 1 --json`);
    expect(told.status).toBe(3);
    expect(JSON.parse(told.output)).toMatchObject({ acknowledged: false, waiting: [{ sequence: documents.length }] });
    const status = await run(`status ${front}`);
    expect(status.output).toMatch(/refused\n {4}refused rds .*no such thing/);
    const metrics = await (await fetch(`http://${heddle.adminAddress}/metrics`)).text();
    expect(metrics).toContain('heddle_envoys_refusing 1');
    expect(metrics).toContain('heddle_nacks_total{type="route"}');
  });
});

describe('plan', () => {
  it('shows which Envoys would be told what, and is refused where applying would be', async () => {
    await run(`apply ${await file('mesh.yaml', ...documents)}`);
    const planned = await run(`plan ${await file('route.yaml', route('red', 'blue'))}`);
    expect(planned).toMatchObject({ status: 0, errors: '' });
    expect(planned.output).toContain('update  mesh/m/virtualRouter/paint/route/all\n');
    expect(planned.output).toContain(`  ${front}\n`);
    expect(planned.output).toContain('+ cluster cds_egress_m_blue_http_8080');
    const refused = await run(`plan --json ${await file('route.yaml', route('nowhere'))}`);
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.output)).toMatchObject({ refusals: [{ error: 'BadRequestException' }] });
  });

  it('names the file and the line of what is no YAML, and the document that cannot be read', async () => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, 'meshName: [\n');
    expect((await run(`plan ${path}`)).errors).toContain('broken.yaml');
    const faulty = await file('faulty.yaml', { meshName: 'm' }, { spec: {} });
    expect((await run(`plan ${faulty}`)).output).toContain('faulty.yaml, document 2: BadRequestException');
  });
});

it.each(['wait', 'wait mesh/m --sequence x', 'plan', 'apply', 'status nonsense', 'apply --timeout soon x.yaml'])(
  '`%s` is a usage error',
  async (args) => {
    expect(await run(args)).toMatchObject({ status: 2, output: '' });
  },
);
