// Ten thousand endpoints in one service: how long until they are told and acknowledged, what one more costs, and the memory
// that it takes. `npm run bench:endpoints`; BENCH_ENDPOINTS and BENCH_STREAMS change how many.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { openSigningKey } from '#identity/signing-key.ts';
import { createIssuer } from '#identity/token.ts';
import { watchEndpoints } from './endpoint-watch.ts';
import { freePort, type Member, realEnvoy } from './fleet.ts';

const endpoints = Number(process.env.BENCH_ENDPOINTS ?? 10_000);
const streams = Number(process.env.BENCH_STREAMS ?? 10);
const changes = 20;
const region = 'us-east-1';
const accountId = '000000000000';
const resource = `arn:aws:appmesh:${region}:${accountId}:mesh/bench/virtualNode/front`;
const cluster = 'cds_egress_bench_crowd_http_8080';

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
const data = join(folder, 'data');
const server = spawn(process.execPath, [resolve(import.meta.dirname, '../cli/heddle.ts'), 'serve', '--json'], {
  env: {
    ...process.env,
    HEDDLE_DATA_DIR: data,
    HEDDLE_API_ADDR: '127.0.0.1:0',
    HEDDLE_XDS_ADDR: '127.0.0.1:0',
    HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
    HEDDLE_ENVOYS_PER_NODE: '0',
    HEDDLE_LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
interface Ready {
  readonly api: string;
  readonly xds: readonly string[];
  readonly admin: string;
}
const ready = await new Promise<Ready>((found, failed) => {
  createInterface({ input: server.stdout }).once('line', (line) => found(JSON.parse(line) as Ready));
  server.once('exit', () => failed(new Error('Heddle ended before it was ready')));
});

const [credentials] = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8')) as [
  { accessKeyId: string; secretAccessKey: string },
];
const own = { endpoint: ready.api, region, credentials };
const mesh = new AppMeshClient(own);
const registry = new ServiceDiscoveryClient({ ...own, disableHostPrefix: true, maxAttempts: 1 });

/** Megabytes that the server holds now, and the most that it ever held. */
function memory(): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const line = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: line('VmRSS'), most: line('VmHWM') };
}

async function makeMesh(): Promise<string> {
  const meshName = 'bench';
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' as const } }];
  await mesh.send(new CreateMeshCommand({ meshName }));
  const found = { awsCloudMap: { namespaceName: 'bench', serviceName: 'crowd' } };
  const crowd = { meshName, virtualNodeName: 'crowd', spec: { listeners, serviceDiscovery: found } };
  await mesh.send(new CreateVirtualNodeCommand(crowd));
  const provider = { virtualNode: { virtualNodeName: 'crowd' } };
  const service = { meshName, virtualServiceName: 'crowd.local', spec: { provider } };
  await mesh.send(new CreateVirtualServiceCommand(service));
  const backends = [{ virtualService: { virtualServiceName: 'crowd.local' } }];
  await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'front', spec: { backends } }));
  await registry.send(new CreateHttpNamespaceCommand({ Name: 'bench' }));
  const { Namespaces = [] } = await registry.send(new ListNamespacesCommand({}));
  const { Service } = await registry.send(new CreateServiceCommand({ Name: 'crowd', NamespaceId: Namespaces[0]?.Id }));
  return Service?.Id ?? '';
}

const addressOf = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
const register = (ServiceId: string, index: number) => {
  const Attributes = { AWS_INSTANCE_IPV4: addressOf(index), AWS_INSTANCE_PORT: '8080' };
  return registry.send(new RegisterInstanceCommand({ ServiceId, InstanceId: `i-${index}`, Attributes }));
};

const say = (what: string, figure: string) => console.log(`${what.padEnd(62)} ${figure}`);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const members: Member[] = [];
try {
  const serviceId = await makeMesh();
  const { token } = await createIssuer(await openSigningKey(data)).issue({
    resource,
    accountId,
    principal: 'bench',
    lifetimeSeconds: 3600,
    now: Date.now(),
  });
  const place = { resource, token, streamer: ready.xds[0] ?? '' };
  const watches = Array.from({ length: streams }, () => watchEndpoints(place, cluster));
  members.push(...watches);
  const all = async (count: number) => Math.max(...(await Promise.all(watches.map((watch) => watch.reaches(count)))));
  await all(0);
  say(`memory of the server with ${streams} streams and no endpoint`, `${memory().now} MB`);

  const started = performance.now();
  let next = 0;
  async function registrar(): Promise<void> {
    for (let index = next++; index < endpoints; index = next++) await register(serviceId, index);
  }
  await Promise.all(Array.from({ length: 50 }, registrar));
  const answered = performance.now();
  say(`${endpoints} registrations over HTTP, 50 at a time, while all is told`, seconds(answered - started));
  say('from the last answer until every stream had them all', `${Math.round((await all(endpoints)) - answered)} ms`);
  const { responses, largest } = watches[0]?.heard() ?? { responses: 0, largest: 0 };
  say('responses to one stream meanwhile; bytes of the largest', `${responses}; ${largest}`);

  const times: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const here = performance.now();
    const InstanceId = `i-${endpoints}`;
    if (change % 2 === 0) await register(serviceId, endpoints);
    else await registry.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId }));
    times.push((await all(change % 2 === 0 ? endpoints + 1 : endpoints)) - here);
  }
  say(`one more or one less, from the call until every stream had it`, `median ${Math.round(median(times))} ms`);

  const late = performance.now();
  const newcomer = watchEndpoints(place, cluster);
  members.push(newcomer);
  say('a stream that opens now has them all after', `${Math.round((await newcomer.reaches(endpoints)) - late)} ms`);

  const binary = [process.env.HEDDLE_ENVOY, '.cache/bin/envoy'].find((path) => path !== undefined && existsSync(path));
  if (binary === undefined) console.log('a real Envoy: skipped, there is none (HEDDLE_ENVOY, or npm run tools)');
  else await withEnvoy(binary, place);
  const metrics = await (await fetch(`${ready.admin}/metrics`)).text();
  const total = (name: string) =>
    Number(new RegExp(`^heddle_${name}_total\\{type="endpoint"\\} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  say('responses sent; acknowledged; refused', `${total('responses')}; ${total('acks')}; ${total('nacks')}`);
  const { now, most } = memory();
  say('memory of the server at the end; the most that it was', `${now} MB; ${most} MB`);
} finally {
  for (const member of members) member.stop();
  mesh.destroy();
  registry.destroy();
  server.kill('SIGTERM');
  await new Promise((gone) => server.once('exit', gone));
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

/** Until the streamer holds that a real Envoy has acknowledged everything. */
async function withEnvoy(binary: string, place: Parameters<typeof realEnvoy>[3]): Promise<void> {
  const started = performance.now();
  const adminPort = await freePort();
  members.push(await realEnvoy(binary, folder, 0, place, 8080, adminPort));
  for (;;) {
    const name = `cluster.${cluster}.membership_total`;
    const text = await fetch(`http://127.0.0.1:${adminPort}/stats?filter=^${name}$`).then(
      (answer) => answer.text(),
      () => '',
    );
    if (text.trim() === `${name}: ${endpoints}`) break;
    await new Promise((passed) => setTimeout(passed, 20));
  }
  say('a real Envoy, from its start, has them all after', `${Math.round(performance.now() - started)} ms`);
}
