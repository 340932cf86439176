// What an application unaware of the mesh reaches through its Envoy: backends on one port told apart by address, hosts of
// no mesh on a mesh's port, and IPv6 beside IPv4. Network namespaces stand for the machines.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AppMeshClient,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  type IpPreference,
  type PortProtocol,
  UpdateMeshCommand,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { canUseNamespaces, envoyPath } from '../setup/tools.ts';
import type { Seen } from './fixture/application.ts';
import { canMakeCertificates } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, meshName, nodeId, router, service } from './fixture/documents.ts';
import { eventually } from './fixture/eventually.ts';
import { connectNamespaces, createNamespace, envoyUser, type Namespace, redirect } from './fixture/namespace.ts';
import { type RedirectedEnvoy, startRedirectedEnvoy } from './fixture/redirected-envoy.ts';
import type { Answer } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canUseNamespaces() && canMakeCertificates();
if (!possible) {
  console.warn('Egress is not tested: it needs Envoy, openssl, root, iproute2, iptables and leave to make namespaces');
}

const ports = { http: 8080, tcp: 9000, either: 9001, shared: 5432 };
/** Nobody has these: only the mesh makes an answer from them. */
const nowhere = { left: '10.99.0.11', right: '10.99.0.12', six: 'fd00:99::10' };

const name = ({ status, body }: Answer): string => {
  expect(status, body).toBe(200);
  return (JSON.parse(body) as Seen).name;
};

async function create(
  mesh: AppMeshClient,
  virtualNodeName: string,
  listener: { readonly port: number; readonly protocol: PortProtocol },
  virtualServiceName: string,
  dns: { readonly hostname: string; readonly ipPreference?: IpPreference },
): Promise<void> {
  const spec = { listeners: [{ portMapping: listener }], serviceDiscovery: { dns } };
  await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
  const provider = { virtualNode: { virtualNodeName } };
  await mesh.send(new CreateVirtualServiceCommand({ meshName, virtualServiceName, spec: { provider } }));
}

/** IPv6 on a cable that has IPv4, and App Mesh's redirection of it for the caller, and for what the server serves. */
function addIpv6(caller: Namespace, server: Namespace, link: string): string {
  caller.run(`ip -6 addr add fd00:213::1/64 dev ${link} nodad`);
  server.run(`ip -6 addr add fd00:213::2/64 dev ${link} nodad`);
  caller.run('ip -6 route add default via fd00:213::2');
  server.run('ip -6 route add default via fd00:213::1');
  const arriving = `-A PREROUTING -p tcp --dport ${ports.http} -m addrtype ! --src-type LOCAL`;
  server.run(`ip6tables -t nat ${arriving} -j REDIRECT --to-ports 15000`);
  const rule = (text: string): void => caller.run(`ip6tables -t nat ${text}`);
  rule('-N APPMESH_EGRESS');
  rule(`-A APPMESH_EGRESS -m owner --uid-owner ${envoyUser} -j RETURN`);
  rule('-A APPMESH_EGRESS -p tcp -j REDIRECT --to-ports 15001');
  rule('-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS');
  return 'fd00:213::2';
}

describe.skipIf(!possible)('an application behind redirection', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let caller: Namespace;
  let envoy: RedirectedEnvoy;
  let sixEnvoy: RedirectedEnvoy;
  let right: string;
  let alias: string;

  beforeAll(async () => {
    const socket = join(stage.folder(), 'streamer.sock');
    heddle = await startHeddle(stage, { HEDDLE_XDS_ADDR: `unix:${socket}` });
    chmodSync(socket, 0o777);
    caller = createNamespace(stage, 'caller');
    const [leftServer, rightServer] = [createNamespace(stage, 'left'), createNamespace(stage, 'right')];
    const [, left] = connectNamespaces(caller, leftServer);
    [, right] = connectNamespaces(caller, rightServer);
    caller.run(`ip route add default via ${left}`);
    redirect(caller, []);
    const six = addIpv6(caller, leftServer, 'cable1');

    const { mesh } = heddle;
    const spec = {
      egressFilter: { type: 'ALLOW_ALL' as const },
      serviceDiscovery: { ipPreference: 'IPv4_PREFERRED' as const },
    };
    await mesh.send(new CreateMeshCommand({ meshName, spec }));
    await create(mesh, 'web', { port: ports.http, protocol: 'http' }, 'web.local', { hostname: left });
    await create(mesh, 'left', { port: ports.tcp, protocol: 'tcp' }, nowhere.left, { hostname: left });
    await create(mesh, 'right', { port: ports.tcp, protocol: 'tcp' }, nowhere.right, { hostname: right });
    // The same machine under an address that the mesh does not know.
    alias = right.replace(/\d+$/, '77');
    rightServer.run(`ip addr add ${alias}/24 dev cable2`);
    const only = { hostname: six, ipPreference: 'IPv6_ONLY' } as const;
    await create(mesh, 'six', { port: ports.http, protocol: 'http' }, 'six.local', only);
    // Of these no address is known, nor has anyone instances of them: what is sent to them finds nobody.
    for (const virtualNodeName of ['first', 'second']) {
      const serviceDiscovery = { awsCloudMap: { namespaceName: 'nowhere', serviceName: virtualNodeName } };
      const spec = { listeners: [{ portMapping: { port: ports.shared, protocol: 'tcp' as const } }], serviceDiscovery };
      await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
      const provider = { virtualNode: { virtualNodeName } };
      const virtualServiceName = `${virtualNodeName}.local`;
      await mesh.send(new CreateVirtualServiceCommand({ meshName, virtualServiceName, spec: { provider } }));
    }
    await apply(mesh, router('either', ports.either, 'tcp'));
    const weightedTargets = ['left', 'right'].map((virtualNode) => ({ virtualNode, weight: 1 }));
    await mesh.send(
      new CreateRouteCommand({
        meshName,
        virtualRouterName: 'either',
        routeName: 'all',
        spec: { tcpRoute: { action: { weightedTargets } } },
      }),
    );
    await apply(mesh, service('either.local', { router: 'either' }));
    const backends = [
      'first.local',
      'second.local',
      'web.local',
      nowhere.left,
      nowhere.right,
      'six.local',
      'either.local',
    ].map((virtualServiceName) => {
      return { virtualService: { virtualServiceName } };
    });
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'caller', spec: { backends } }));

    const application = new URL('./fixture/remote-application.ts', import.meta.url).pathname;
    const all = [`http=${ports.http}`, `tcp=${ports.tcp}`];
    leftServer.start('application', [process.execPath, application, 'left', ...all]);
    leftServer.start('six', [process.execPath, application, 'six', `http6=${ports.http}`]);
    rightServer.start('application', [process.execPath, application, 'right', ...all]);
    envoy = await startRedirectedEnvoy(stage, heddle, caller, nodeId('caller'));
    sixEnvoy = await startRedirectedEnvoy(stage, heddle, leftServer, nodeId('six'));
    await eventually(() => leftServer.ask('::1', ports.http, 'http://six.local/'));
    await eventually(() => rightServer.ask('127.0.0.1', ports.http, 'http://right.local/'));
  }, 60_000);

  const connections = (cluster: string): Promise<number> => envoy.stat(`cluster.${cluster}.upstream_cx_total`);

  it('reaches two tcp services on one port by their addresses', async () => {
    expect(await caller.listen(nowhere.left, ports.tcp)).toBe('left listens');
    expect(await caller.listen(nowhere.right, ports.tcp)).toBe('right listens');
    expect(await connections('cds_egress_m_left_tcp_9000')).toBe(1);
    expect(await connections('cds_egress_m_right_tcp_9000')).toBe(1);
  });

  it('means by a connection that names its server the service of that name, and by any other the first', async () => {
    const nobody = (node: string): Promise<number> =>
      envoy.stat(`cluster.cds_egress_m_${node}_tcp_${ports.shared}.upstream_cx_none_healthy`);
    const where = `${nowhere.right}:${ports.shared}`;
    caller.start('names', ['openssl', 's_client', '-connect', where, '-servername', 'second.local']);
    await eventually(async () => expect(await nobody('second')).toBe(1));
    expect(await nobody('first')).toBe(0);
    // It waits for the other side to speak, as for a mail server.
    await expect(caller.listen(nowhere.right, ports.shared)).rejects.toThrow();
    expect(await nobody('first')).toBe(1);
  });

  it('reaches what is no backend on a backend’s port, where all may leave', async () => {
    expect(name(await caller.ask(right, ports.http, 'http://web.local/'))).toBe('left');
    expect(name(await caller.ask(right, ports.http, 'http://unknown.local/'))).toBe('right');
    expect(await caller.listen(alias, ports.tcp)).toBe('right listens');
    expect(await connections('cds_egress_m_mesh-allow-all')).toBe(2);
  });

  it('reaches all targets of a tcp route', async () => {
    const reached = new Set<string>();
    await eventually(async () => {
      reached.add(await caller.listen(nowhere.left, ports.either));
      expect(reached).toEqual(new Set(['left listens', 'right listens']));
    });
  });

  it('reaches a service by IPv6, through the Envoy beside it', async () => {
    expect(name(await caller.ask(nowhere.six, ports.http, 'http://six.local/'))).toBe('six');
    expect(name(await caller.ask(nowhere.left, ports.http, 'http://six.local/'))).toBe('six');
    expect(await sixEnvoy.stat('http.ingress.downstream_rq_total')).toBe(2);
    expect(name(await caller.ask(nowhere.six, ports.http, 'http://web.local/'))).toBe('left');
  });

  it('does not go around in circles through its own port', async () => {
    expect((await caller.ask('127.0.0.1', 15_001, 'http://unknown.local/')).status).toBe(404);
  });

  it('stays in the mesh where it may not leave it', async () => {
    const spec = {
      egressFilter: { type: 'DROP_ALL' as const },
      serviceDiscovery: { ipPreference: 'IPv4_PREFERRED' as const },
    };
    await heddle.mesh.send(new UpdateMeshCommand({ meshName, spec }));
    await eventually(async () => {
      expect((await caller.ask(right, ports.http, 'http://unknown.local/')).status).toBe(404);
    });
    await expect(caller.listen(alias, ports.tcp)).rejects.toThrow();
    expect(await caller.listen(nowhere.right, ports.tcp)).toBe('right listens');
  });

  it('loses no IPv4 when the preference goes, and with it the listeners that took both', async () => {
    await heddle.mesh.send(new UpdateMeshCommand({ meshName, spec: { egressFilter: { type: 'DROP_ALL' } } }));
    await eventually(() => expect(caller.ask(nowhere.six, ports.http, 'http://web.local/')).rejects.toThrow());
    expect(name(await caller.ask(nowhere.left, ports.http, 'http://web.local/'))).toBe('left');
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
