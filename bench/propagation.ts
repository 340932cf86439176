// How long from the API's answer until every Envoy has acknowledged the change: 1 and 10 real Envoys, 100 simulated
// streams, each against the floor of one round trip over a bare gRPC stream. `npm run bench:propagation`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-app-mesh';
import { openSigningKey } from '#identity/signing-key.ts';
import { createIssuer } from '#identity/token.ts';
import { readConfiguration } from '#local/configuration.ts';
import type { Log } from '#local/log.ts';
import { startLocal } from '#local/main.ts';
import type { StreamEvent } from '#streamer/xds/status.ts';
import { echoRoundTrips } from './echo.ts';
import { type Member, type Place, realEnvoy, simulatedEnvoy } from './fleet.ts';

const changes = Number(process.env.BENCH_CHANGES ?? 100);
const account = '000000000000';
const resource = `arn:aws:appmesh:us-east-1:${account}:mesh/bench/virtualNode/front`;
const spec = (left: number) => ({
  httpRoute: {
    match: { prefix: '/' },
    action: {
      weightedTargets: [
        { virtualNode: 'red', weight: left },
        { virtualNode: 'blue', weight: 100 - left },
      ],
    },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
const settled = new Map<number, number>();
let wake = () => {};
const silent: Log = {
  request: () => {},
  stream: (event: StreamEvent) => {
    if (event.kind === 'settled') settled.set(event.stream, event.sequence);
    if (event.kind === 'closed') settled.delete(event.stream);
    wake();
  },
  bug: (error) => console.error(error),
  trouble: (what, trouble) => trouble !== undefined && console.error(what, trouble),
  warn: () => {},
};

async function until(done: () => boolean): Promise<void> {
  while (!done())
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
}

const configuration = readConfiguration({
  HEDDLE_DATA_DIR: folder,
  HEDDLE_API_ADDR: '127.0.0.1:0',
  HEDDLE_XDS_ADDR: '127.0.0.1:0',
  HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
  HEDDLE_ENVOYS_PER_NODE: '0',
});
if ('refused' in configuration) throw new Error(configuration.refused.join('; '));
const heddle = await startLocal(configuration, silent);
const [administrator] = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8')) as [
  { accessKeyId: string; secretAccessKey: string },
];
const client = new AppMeshClient({
  endpoint: `http://${heddle.apiAddress}`,
  region: 'us-east-1',
  credentials: administrator,
});

async function makeMesh(): Promise<void> {
  const meshName = 'bench';
  await client.send(new CreateMeshCommand({ meshName }));
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' as const } }];
  const serviceDiscovery = { dns: { hostname: '127.0.0.1' } };
  for (const virtualNodeName of ['red', 'blue'])
    await client.send(
      new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec: { listeners, serviceDiscovery } }),
    );
  await client.send(new CreateVirtualRouterCommand({ meshName, virtualRouterName: 'colors', spec: { listeners } }));
  await client.send(
    new CreateRouteCommand({ meshName, virtualRouterName: 'colors', routeName: 'all', spec: spec(100) }),
  );
  const provider = { virtualRouter: { virtualRouterName: 'colors' } };
  await client.send(
    new CreateVirtualServiceCommand({ meshName, virtualServiceName: 'color.local', spec: { provider } }),
  );
  const backends = [{ virtualService: { virtualServiceName: 'color.local' } }];
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'front',
      spec: { listeners, backends, serviceDiscovery },
    }),
  );
}

/** Milliseconds from the answer of each change to the last acknowledgement, negative when that was first. */
async function measure(envoys: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let change = 0; change < changes + 5; change += 1) {
    let sequence = 0;
    const command = new UpdateRouteCommand({
      meshName: 'bench',
      virtualRouterName: 'colors',
      routeName: 'all',
      spec: spec(change % 101),
    });
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { headers } = result.response as { headers: Record<string, string> };
        sequence = Number(headers['x-heddle-sequence']);
        return result;
      },
      { step: 'deserialize' },
    );
    let acknowledged: number | undefined;
    const all = () =>
      settled.size === envoys && sequence > 0 && [...settled.values()].every((seen) => seen >= sequence);
    // Acknowledgements may come while the answer is still on its way: their moment is taken when they do.
    const seen = [...settled.values()][0] ?? 0;
    const watch = until(() => {
      if (settled.size === envoys && [...settled.values()].every((one) => one > seen))
        acknowledged ??= performance.now();
      return acknowledged !== undefined;
    });
    await client.send(command);
    const answered = performance.now();
    await watch;
    if (!all()) throw new Error('an Envoy acknowledged another change than this one');
    if (change >= 5) times.push((acknowledged ?? answered) - answered);
  }
  return times;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const floor = await echoRoundTrips(500, 1000);
const floorMedian = quantile(floor, 0.5);
console.log(
  `${changes} changes of a route's weights each; milliseconds from the API's answer to the last Envoy's acknowledgement`,
);
console.log(
  `floor: one round trip over a bare grpc-js stream  p50 ${floorMedian.toFixed(2)}  p99 ${quantile(floor, 0.99).toFixed(2)}`,
);

async function run(
  name: string,
  count: number,
  start: (place: Place, index: number) => Promise<Member>,
): Promise<void> {
  const { token } = await createIssuer(await openSigningKey(folder)).issue({
    resource,
    accountId: account,
    principal: 'bench',
    lifetimeSeconds: 3600,
    now: Date.now(),
  });
  const place = { resource, token, streamer: heddle.xdsAddresses[0] ?? '' };
  const members: Member[] = [];
  for (let index = 0; index < count; index += 1) members.push(await start(place, index));
  await until(() => settled.size === count);
  const times = await measure(count);
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  console.log(
    `${name.padEnd(24)} p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}  p50/floor ${(p50 / floorMedian).toFixed(1)}`,
  );
  for (const member of members) member.stop();
  await until(() => settled.size === 0);
}

try {
  await makeMesh();
  const binary = [process.env.HEDDLE_ENVOY, '.cache/bin/envoy'].find((path) => path !== undefined && existsSync(path));
  if (binary === undefined) console.log('real Envoys: skipped, no Envoy (HEDDLE_ENVOY, or npm run tools)');
  else {
    for (const count of [1, 10])
      await run(`${count} real Envoy${count === 1 ? '' : 's'}`, count, (place, index) =>
        realEnvoy(binary, folder, index, place, 8080),
      );
  }
  const routes = ['rds_egress_http_8080', 'rds_ingress_http_8080'];
  await run('100 simulated streams', 100, async (place) => simulatedEnvoy(place, routes));
} finally {
  client.destroy();
  await heddle.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
