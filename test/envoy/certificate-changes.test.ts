// Certificates of both sides of mutual TLS are rotated and their authorities replaced while every request makes a connection
// of its own, between Envoys of two tasks that hear of nothing at the same time: none fails, and each new one is seen.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyFileSealer } from '#certificates/key-file-sealer.ts';
import { type AuthorityRecord, authorityView } from '#certificates/records.ts';
import { makeAuthority } from '#certificates/x509.ts';
import { acknowledgement } from '#cli/acknowledgement.ts';
import type { Client } from '#cli/client.ts';
import type { ClientPolicyTls, Listener, VirtualNodeSpec } from '#events/model/shapes.ts';
import { openSqlite } from '#store/sqlite.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, nodeId, putNewNode, putNode, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { type Issuing, issuing } from './fixture/issuing.ts';
import { request } from './fixture/request.ts';
import { shownSerial } from './fixture/shown-serial.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic, type Traffic } from './fixture/traffic.ts';

/** `npm run bench:certificates` has more of them. */
const rotations = Number(process.env.ROTATIONS ?? 12);
const limit = 60_000 + rotations * 2_000;
// Short, so that the certificates of nodes are made anew meanwhile, and a change of authority is not waited for long.
const environment = { HEDDLE_NODE_CERTIFICATE_VALIDITY: '12s', HEDDLE_CERTIFICATE_OVERLAP: '2s' };

/** Each answer of this Envoy ends its connection, so that the next request makes another handshake. */
function withoutKeepAlive(bootstrap: string): string {
  const monitor = {
    name: 'envoy.resource_monitors.fixed_heap',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig',
      max_heap_size_bytes: 1,
    },
  };
  const trigger = { name: monitor.name, threshold: { value: 0.01 } };
  const actions = [{ name: 'envoy.overload_actions.disable_http_keepalive', triggers: [trigger] }];
  return JSON.stringify({ ...JSON.parse(bootstrap), overload_manager: { resource_monitors: [monitor], actions } });
}

describe.skipIf(envoyPath() === undefined)('under connections that are all new', () => {
  const stage = useStage();
  const address = ownAddress();
  let tasks: readonly EmbeddedControlPlane[];
  let api: Client;
  let made: Issuing;
  let server: RunningEnvoy;
  let client: RunningEnvoy;
  let traffic: Traffic;
  /** Of each rotation so far. */
  const servers: number[] = [];
  const clients: number[] = [];
  /** Connections that the client had made when the traffic began. */
  let before: number;
  /** What each listener proves itself with, and what clients of the mutual one do. */
  const arns = { mutual: '', issuer: '', node: '', client: '' };
  /** Whom both sides of the mutual listener trust. */
  let trusted: readonly string[];
  const ports = { mutual: 0, issuer: 0, node: 0 };
  type Name = keyof typeof ports;
  const names = Object.keys(ports) as readonly Name[];

  const trust = (certificateAuthorityArns: readonly string[]) => ({ trust: { acm: { certificateAuthorityArns } } });
  const proof = (certificateArn: string) => ({ certificate: { acm: { certificateArn } } });
  const listener = (name: Name): Listener => {
    const validation = { issuer: undefined, mutual: trust(trusted), node: trust([arns.node]) }[name];
    return {
      portMapping: { port: ports[name], protocol: 'http' },
      tls: { mode: 'STRICT', ...proof(arns[name]), ...(validation && { validation }) },
    };
  };
  const serviceDiscovery = { dns: { hostname: address } };
  const logged = () => join(stage.folder(), 'connections.log');
  const serverSpec = (): VirtualNodeSpec => {
    const text = '%DOWNSTREAM_LOCAL_PORT% %DOWNSTREAM_PEER_SERIAL%\n';
    const logging = { accessLog: { file: { path: logged(), format: { text } } } };
    return { listeners: names.map(listener), serviceDiscovery, logging };
  };
  const backend = (name: Name, tls?: ClientPolicyTls) => ({
    virtualService: { virtualServiceName: `${name}.local`, ...(tls && { clientPolicy: { tls } }) },
  });
  const clientSpec = (): VirtualNodeSpec => ({
    backends: [
      backend('issuer'),
      backend('mutual', { validation: trust(trusted), ...proof(arns.client) }),
      backend('node', { validation: trust([arns.node]), ...proof(arns.node) }),
    ],
  });

  beforeAll(async () => {
    tasks = [await startHeddle(stage, environment), await startHeddle(stage, environment)];
    const [first, second] = tasks as readonly [EmbeddedControlPlane, EmbeddedControlPlane];
    api = first.client;
    made = issuing(stage, first);
    trusted = [await made.authority('first')];
    arns.node = await made.authority('of nodes');
    arns.mutual = await made.certificate(address, trusted[0]);
    arns.client = await made.certificate('client.local', trusted[0]);
    arns.issuer = await made.certificate(address);
    for (const name of names) ports[name] = await startHttp(stage, name);
    await apply(first.mesh, mesh());
    await putNewNode(api, 'server', serverSpec());
    for (const name of names) {
      await putNewNode(api, name, { listeners: [listener(name)], serviceDiscovery });
      await apply(first.mesh, service(`${name}.local`, { node: name }));
    }
    await putNewNode(api, 'client', clientSpec());
    const edit = withoutKeepAlive;
    server = await startEnvoy(stage, first, { resource: nodeId('server'), address, ports: Object.values(ports), edit });
    client = await startEnvoy(stage, second, { resource: nodeId('client') });
    for (const name of names) await eventually(() => ask(name));
    const action = 'overload.envoy.overload_actions.disable_http_keepalive.active';
    await eventually(async () => expect(await server.stat(action)).toBe(1));
    // What was kept from before is used once more.
    for (const name of names) await ask(name);
    before = await counted(client, 'ssl\\.handshake');
    let turn = 0;
    traffic = startTraffic(stage, () => {
      turn += 1;
      return ask(names[turn % names.length] ?? 'mutual');
    });
  }, 120_000);

  async function ask(name: Name): Promise<string> {
    const headers = { host: `${name}.local` };
    const { status, body } = await request({ host: client.address, port: client.egressPort, headers });
    if (status !== 200) throw new Error(`${name}: ${status} ${body}`);
    return name;
  }
  /** All statistics of an Envoy that end so, together. */
  async function counted(envoy: RunningEnvoy, ending: string): Promise<number> {
    const text = await envoy.admin(`/stats?filter=${encodeURIComponent(`${ending}$`)}`);
    return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  }
  const shownAt = (name: Name) => shownSerial(server.address, ports[name]);
  const isShown = (name: Name, serial: string) => eventually(async () => expect(await shownAt(name)).toBe(serial));
  /** Until the server has been shown this serial by a client of its own, as its access log tells. */
  const isShownBy = (name: Name, serial: string) =>
    eventually(() => {
      const text = existsSync(logged()) ? readFileSync(logged(), 'utf8') : '';
      expect(text.slice(-4_000)).toContain(`${ports[name]} ${serial}`);
    });
  /** Milliseconds from the call that makes a certificate anew to the first handshake with it. */
  async function renewed(arn: string, isSeen: (serial: string) => Promise<void>): Promise<number> {
    const started = performance.now();
    await made.renew(arn);
    await isSeen(await made.serial(arn));
    return performance.now() - started;
  }
  const settled = async () => {
    const { waiting } = await acknowledgement(api, { resource: `mesh/${meshName}`, timeoutMs: 30_000 });
    expect(waiting).toEqual([]);
  };
  const median = (times: readonly number[]) => Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0);

  async function rotate(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      servers.push(await renewed(arns.mutual, (serial) => isShown('mutual', serial)));
      clients.push(await renewed(arns.client, (serial) => isShownBy('mutual', serial)));
    }
    expect(traffic.failures).toEqual([]);
  }

  it('certificates of both sides are rotated', { timeout: limit }, async () => {
    await rotate(rotations / 2);
  });

  it('a certificate gets another root, whom clients without a policy trust before it is shown', async () => {
    await made.reissue(arns.issuer, address, await made.authority('another'));
    await isShown('issuer', await made.serial(arns.issuer));
    expect(traffic.failures).toEqual([]);
  }, 60_000);

  it('both sides move to another authority, which their policies name before', { timeout: limit }, async () => {
    const second = await made.authority('second');
    const update = async () => {
      await putNode(api, 'server', serverSpec());
      await putNode(api, 'mutual', { listeners: [listener('mutual')], serviceDiscovery });
      await putNode(api, 'client', clientSpec());
      await settled();
    };
    trusted = [...trusted, second];
    await update();
    arns.mutual = await made.certificate(address, second);
    arns.client = await made.certificate('client.local', second);
    await update();
    await isShown('mutual', await made.serial(arns.mutual));
    await isShownBy('mutual', await made.serial(arns.client));
    trusted = [second];
    await update();
    await rotate(rotations / 2);
  });

  it('the authority of nodes gets another certificate and key', { timeout: 60_000 }, async () => {
    const { dataDirectory } = tasks[0] as EmbeddedControlPlane;
    const { views, events } = openSqlite(join(dataDirectory, 'heddle.db'), { now: Date.now });
    const all = await views.list(authorityView);
    const found = all.find(({ value }) => (value as AuthorityRecord).arn === arns.node);
    const record = found?.value as AuthorityRecord;
    const { certificate, key: plain } = await makeAuthority(record.name, record.kind, {
      from: record.notBefore,
      to: record.notAfter,
    });
    const key = await keyFileSealer(dataDirectory).seal(plain, { use: 'authority', arn: arns.node });
    await views.put(authorityView, { key: found?.key ?? '', value: { ...record, certificate, key } });
    await Promise.all([views.close(), events.close()]);
    // The first that is seen may have been signed before, the second on either side was not.
    const byServer = new Set([await shownAt('node')]);
    const byClient = () => new Set(readFileSync(logged(), 'utf8').match(new RegExp(`^${ports.node} \\w+$`, 'gm')));
    const { size } = byClient();
    await eventually(async () => expect(byServer.add(await shownAt('node')).size).toBeGreaterThan(2));
    await eventually(() => expect(byClient().size).toBeGreaterThan(size + 1));
    expect(traffic.failures).toEqual([]);
  });

  it('and nothing has failed', async () => {
    await traffic.stop();
    const made = (await counted(client, 'ssl\\.handshake')) - before;
    const ms = `${median(servers)} ms (server), ${median(clients)} ms (client)`;
    console.info(`${servers.length} rotations of both sides, median to the first handshake ${ms}`);
    console.info(`${traffic.answered()} requests over ${made} connections, ${traffic.failures.length} failed`);
    expect(traffic.failures).toEqual([]);
    expect(made).toBeGreaterThanOrEqual(traffic.answered());
    // Nor did any handshake that a retry would have hidden.
    expect(await counted(client, 'ssl\\.(connection_error|fail_verify_.*)')).toBe(0);
    expect(await counted(server, 'ssl\\.fail_verify_error')).toBe(0);
    expect(tasks.flatMap(({ troubles }) => troubles)).toEqual([]);
  });
});
