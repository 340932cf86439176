// Changes under traffic that is redirected, between two Envoys that are told of them one before the other. App Mesh took
// half an hour for a changed egress filter. Network namespaces stand for the machines.
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canUseNamespaces, envoyPath } from '../../setup/tools.ts';
import { type EmbeddedControlPlane, startHeddle } from '../fixture/control-plane.ts';
import {
  apply,
  changeNode,
  egressFilter,
  http2Route,
  mesh,
  node,
  nodeId,
  route,
  router,
  type Step,
  service,
} from '../fixture/documents.ts';
import { eventually } from '../fixture/eventually.ts';
import { connectNamespaces, createNamespace, type Namespace, redirect } from '../fixture/namespace.ts';
import { startRedirectedEnvoy } from '../fixture/redirected-envoy.ts';
import type { RemoteTraffic } from '../fixture/remote-traffic.ts';
import { useStage } from '../fixture/stage.ts';

const possible = envoyPath() !== undefined && canUseNamespaces();
if (!possible) {
  console.warn('Changes under redirection are not tested: they need Envoy, root, iproute2, iptables and namespaces');
}

/** Nobody has this address: only the mesh makes an answer from it. */
const nowhere = '10.99.0.10';
const ports = { first: 8080, second: 8081, shared: 8090, outside: 7000, modern: 7001 };
/** Clusters go five seconds after the last resource that names them. Milliseconds. */
const longerThanClustersLinger = 8_000;
const fixture = (name: string): string => new URL(`../fixture/${name}`, import.meta.url).pathname;

describe.skipIf(!possible)('under redirected traffic', { timeout: 120_000 }, () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let caller: Namespace;
  let serverAddress: string;
  let flows = 0;

  beforeAll(async () => {
    const socket = join(stage.folder(), 'streamer.sock');
    heddle = await startHeddle(stage, { HEDDLE_XDS_ADDR: `unix:${socket}` });
    chmodSync(socket, 0o777);
    caller = createNamespace(stage, 'caller');
    const server = createNamespace(stage, 'server');
    serverAddress = connectNamespaces(caller, server)[1];
    caller.run(`ip route add default via ${serverAddress}`);
    redirect(caller, []);
    redirect(server, [ports.first, ports.second]);
    await change(
      mesh('ALLOW_ALL'),
      node('server', { hostname: serverAddress, port: ports.first }),
      router('server', ports.first),
      route('server', 'all', { server: 1 }),
      service('server.local', { router: 'server' }),
      service('straight.local', { node: 'server' }),
      node('caller', { backends: ['server.local', 'straight.local'] }),
    );
    const listeners = [`http=${ports.first}`, `both=${ports.second}`, `http=${ports.outside}`, `both=${ports.modern}`];
    server.start('application', [process.execPath, fixture('remote-application.ts'), 'server', ...listeners]);
    await Promise.all([
      startRedirectedEnvoy(stage, heddle, caller, nodeId('caller')),
      startRedirectedEnvoy(stage, heddle, server, nodeId('server')),
    ]);
    await eventually(() => server.ask('127.0.0.1', ports.first, 'http://server.local/'));
  }, 60_000);

  const change = (...steps: readonly Step[]): Promise<void> => apply(heddle.mesh, ...steps);

  /** Traffic to a service from the caller's machine, each of its clients pausing so many milliseconds. */
  function flow(name = 'server.local', port = ports.first, pause = 2) {
    flows += 1;
    const file = join(stage.folder(), `flow-${flows}.json`);
    const words = [file, nowhere, String(port), name, String(pause)];
    const child: ChildProcess = caller.start(`flow-${flows}`, [
      process.execPath,
      fixture('remote-traffic.ts'),
      ...words,
    ]);
    const told = (): RemoteTraffic => JSON.parse(readFileSync(file, 'utf8')) as RemoteTraffic;
    return {
      comesFrom: (name: string) =>
        eventually(() => {
          expect(existsSync(file)).toBe(true);
          expect([...new Set(told().newest)]).toEqual([name]);
        }),
      async ends(requests = 50) {
        const { answered } = told();
        await eventually(() => expect(told().answered).toBeGreaterThan(answered + requests));
        child.kill('SIGTERM');
        await eventually(() => expect(told().ended).toBe(true));
        expect(told().failures).toEqual({});
      },
    };
  }

  const askOutside = () => caller.ask(serverAddress, ports.outside, 'http://example.com/');

  it('the egress filter is changed', async () => {
    const traffic = flow();
    await traffic.comesFrom('server');
    for (let round = 0; round < 3; round += 1) {
      await change(egressFilter('DROP_ALL'));
      await eventually(() => expect(askOutside()).rejects.toThrow('ECONNRESET'));
      await change(egressFilter('ALLOW_ALL'));
      await eventually(async () => expect((await askOutside()).status).toBe(200));
    }
    await traffic.ends();
  });

  it('a node changes its port', async () => {
    const traffic = flow();
    for (let round = 0; round < 3; round += 1) {
      await traffic.comesFrom('server');
      await change(changeNode('server', { hostname: serverAddress, port: ports.second }));
      await traffic.comesFrom('server by HTTP/1');
      await change(changeNode('server', { hostname: serverAddress, port: ports.first }));
    }
    await traffic.comesFrom('server');
    await traffic.ends();
  });

  it('a node changes its protocol', async () => {
    await change(changeNode('server', { hostname: serverAddress, port: ports.second }));
    const traffic = flow();
    for (let round = 0; round < 3; round += 1) {
      await traffic.comesFrom('server by HTTP/1');
      await change(changeNode('server', { hostname: serverAddress, port: ports.second, protocol: 'http2' }));
      await traffic.comesFrom('server by HTTP/2');
      await change(changeNode('server', { hostname: serverAddress, port: ports.second }));
    }
    await traffic.comesFrom('server by HTTP/1');
    await traffic.ends();
  });

  it('a backend of another version of HTTP comes to a port, and goes', async () => {
    const backends = ['server.local', 'straight.local', 'two.local'];
    await change(
      node('two', { hostname: serverAddress, port: ports.modern, protocol: 'http2' }),
      router('two', ports.shared, 'http2'),
      http2Route('two', 'all', { two: 1 }),
      service('two.local', { router: 'two' }),
      router('one', ports.shared),
      route('one', 'all', { server: 1 }),
      service('one.local', { router: 'one' }),
      changeNode('caller', { backends }),
    );
    const traffic = flow('two.local', ports.shared);
    await traffic.comesFrom('server by HTTP/2');
    await change(changeNode('caller', { backends: [...backends, 'one.local'] }));
    await eventually(async () => {
      expect((await caller.ask(nowhere, ports.shared, 'http://one.local/')).status).toBe(200);
    });
    await change(changeNode('caller', { backends }));
    await eventually(async () => {
      expect((await caller.ask(nowhere, ports.shared, 'http://one.local/')).status).toBe(503);
    });
    await traffic.ends();
  });

  it('a connection that is seldom used is served by what has been replaced since', async () => {
    // The table of the old protocol and its cluster are no more, but Envoy drains the connection for minutes.
    const seldom = flow('straight.local', ports.second, longerThanClustersLinger);
    await seldom.comesFrom('server by HTTP/1');
    await change(changeNode('server', { hostname: serverAddress, port: ports.second, protocol: 'http2' }));
    await seldom.ends(3);
  });

  it('no Envoy refused anything', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
