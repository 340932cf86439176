// App Mesh's own setting: an application that knows nothing of the mesh, iptables that send its traffic through the Envoy
// beside it, and the same on the other side. Network namespaces stand for the machines.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canUseNamespaces, envoyPath } from '../setup/tools.ts';
import type { Seen } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, egressFilter, mesh, node, nodeId, service } from './fixture/documents.ts';
import { eventually } from './fixture/eventually.ts';
import { connectNamespaces, createNamespace, type Namespace, redirect } from './fixture/namespace.ts';
import { type RedirectedEnvoy, startRedirectedEnvoy } from './fixture/redirected-envoy.ts';
import type { Answer } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canUseNamespaces();
if (!possible) {
  console.warn('Redirection is not tested: it needs Envoy, root, iproute2, iptables and leave to make namespaces');
}

/** Nobody has this address: only redirection makes an answer from it. */
const nowhere = '10.99.0.10';
const ports = { http: 8080, tcp: 9000, outside: 7000 };

const seen = ({ status, body }: Answer): Seen => {
  expect(status, body).toBe(200);
  return JSON.parse(body) as Seen;
};

describe.skipIf(!possible)('an application that is unaware of the mesh', { timeout: 120_000 }, () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let caller: Namespace;
  let stranger: Namespace;
  let callersEnvoy: RedirectedEnvoy;
  let serversEnvoy: RedirectedEnvoy;
  let callerAddress: string;
  let serverAddress: string;
  /** Where a machine that is none of the mesh reaches both. */
  let open: { readonly caller: string; readonly server: string };

  beforeAll(async () => {
    // Envoys in other namespaces reach a unix socket, and no address of this machine is needed.
    const socket = join(stage.folder(), 'streamer.sock');
    heddle = await startHeddle(stage, { HEDDLE_XDS_ADDR: `unix:${socket}` });
    chmodSync(socket, 0o777);
    caller = createNamespace(stage, 'caller');
    stranger = createNamespace(stage, 'stranger');
    const server = createNamespace(stage, 'server');
    [callerAddress, serverAddress] = connectNamespaces(caller, server);
    open = { caller: connectNamespaces(caller, stranger)[0], server: connectNamespaces(server, stranger)[0] };
    caller.run(`ip route add default via ${serverAddress}`);
    redirect(caller, []);
    redirect(server, [ports.http, ports.tcp]);

    await apply(
      heddle.mesh,
      mesh('ALLOW_ALL'),
      node('server', { hostname: serverAddress, port: ports.http, also: { port: ports.tcp, protocol: 'tcp' } }),
      service('server.local', { node: 'server' }),
      node('caller', { backends: ['server.local'] }),
    );
    const application = new URL('./fixture/remote-application.ts', import.meta.url).pathname;
    const listeners = [`http=${ports.http}`, `tcp=${ports.tcp}`, `http=${ports.outside}`];
    server.start('application', [process.execPath, application, 'server', ...listeners]);
    [callersEnvoy, serversEnvoy] = await Promise.all([
      startRedirectedEnvoy(stage, heddle, caller, nodeId('caller')),
      startRedirectedEnvoy(stage, heddle, server, nodeId('server')),
    ]);
    await eventually(() => server.ask('127.0.0.1', ports.http, 'http://server.local/'));
  }, 60_000);

  const askService = (): Promise<Answer> => caller.ask(nowhere, ports.http, 'http://server.local:8080/a?b=c');

  it('asks through its own Envoy and the one beside the other application', async () => {
    const { name, path, host, from } = seen(await askService());
    expect({ name, path, host, from }).toEqual({
      name: 'server',
      path: '/a?b=c',
      host: 'server.local:8080',
      // It hears from the Envoy beside it, not from the caller.
      from: '127.0.0.1',
    });
    expect(await callersEnvoy.stat('http.egress.downstream_rq_total')).toBe(1);
    expect(await serversEnvoy.stat('http.ingress.http.8080.downstream_rq_total')).toBe(1);
  });

  it('reaches a tcp service, whose server may speak first', async () => {
    expect(await caller.listen(nowhere, ports.tcp)).toBe('server listens');
    expect(await serversEnvoy.stat('tcp.ingress.tcp.9000.downstream_cx_total')).toBe(1);
  });

  it('leaves the mesh where that is allowed', async () => {
    const { from } = seen(await caller.ask(serverAddress, ports.outside, 'http://example.com/'));
    expect(from).toBe(callerAddress);
    expect(await callersEnvoy.stat('cluster.cds_egress_m_mesh-allow-all.upstream_cx_total')).toBe(1);
  });

  it('speaks to its Envoy itself, and nobody else does', async () => {
    expect(seen(await caller.ask('127.0.0.1', 15_001, 'http://server.local/')).name).toBe('server');
    await expect(stranger.ask(open.caller, 15_001, 'http://server.local/')).rejects.toThrow('ECONNRESET');
  });

  it('lets nobody send an Envoy without backends around in circles', async () => {
    await expect(stranger.ask(open.server, 15_001, 'http://server.local/')).rejects.toThrow('ECONNRESET');
    expect(await serversEnvoy.stat('cluster.cds_egress_m_mesh-allow-all.upstream_cx_total')).toBe(0);
  });

  it('stays in the mesh where it may not leave it', async () => {
    await apply(heddle.mesh, egressFilter('DROP_ALL'));
    await eventually(() =>
      expect(caller.ask(serverAddress, ports.outside, 'http://example.com/')).rejects.toThrow('ECONNRESET'),
    );
    expect(seen(await askService()).name).toBe('server');
    expect((await caller.ask(nowhere, ports.http, 'http://other.local/')).status).toBe(404);
    await expect(stranger.ask(open.caller, 15_001, 'http://server.local/')).rejects.toThrow('ECONNRESET');
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
