// TLS between real Envoys with certificates in files: each mode of a listener, each demand of a client, and what becomes of
// certificates that are wrong, missing, expired or renewed.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type AppMeshClient,
  type ClientPolicyTls,
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  type Listener,
  type ListenerTls,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import {
  type Authority,
  canMakeCertificates,
  createAuthority,
  type Pair,
  replacePair,
} from './fixture/certificates.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { nodeId } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { type Answer, request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const meshName = 'm';
const possible = envoyPath() !== undefined && canMakeCertificates();
if (!possible) console.warn('TLS is not tested: it needs Envoy and openssl');

describe.skipIf(!possible)('TLS', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let server: RunningEnvoy;
  /** Sends under client policies, and without any. */
  let careful: RunningEnvoy;
  let careless: RunningEnvoy;
  let authority: Authority;
  let expired: Pair;
  /** What the application that ends TLS itself was asked for as a server. */
  const serverNames: unknown[] = [];
  const ports = new Map<string, number>();

  const file = (pair: Pair) => ({ file: pair });
  const trust = (of: Authority) => ({ trust: { file: { certificateChain: of.file } } });
  const names = (...exact: readonly string[]) => ({ subjectAlternativeNames: { match: { exact: [...exact] } } });

  /** What the listeners of the one server are like, by the names of nodes that stand for them. */
  function listenersOf(other: Authority, address: string): Readonly<Record<string, ListenerTls | undefined>> {
    const good = authority.issue('good', [`IP:${address}`, 'DNS:good.example']);
    const strict = (pair: Pair): ListenerTls => ({ mode: 'STRICT', certificate: file(pair) });
    const nowhere = { certificateChain: `${good.certificateChain}.gone`, privateKey: `${good.privateKey}.gone` };
    return {
      plain: undefined,
      strict: strict(good),
      permissive: { mode: 'PERMISSIVE', certificate: file(good) },
      mutual: { ...strict(good), validation: { ...trust(authority), ...names('client.example') } },
      expired: strict(expired),
      stranger: strict(other.issue('stranger', [`IP:${address}`])),
      missing: strict(nowhere),
    };
  }

  async function create(mesh: AppMeshClient, virtualNodeName: string, listeners: Listener[], hostname: string) {
    const spec = { listeners, serviceDiscovery: { dns: { hostname } } };
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
  }
  async function provide(mesh: AppMeshClient, virtualServiceName: string, virtualNodeName: string) {
    const provider = { virtualNode: { virtualNodeName } };
    await mesh.send(new CreateVirtualServiceCommand({ meshName, virtualServiceName, spec: { provider } }));
  }
  const demand = (virtualServiceName: string, tls?: ClientPolicyTls) => ({
    virtualService: { virtualServiceName, ...(tls && { clientPolicy: { tls } }) },
  });

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const { mesh } = heddle;
    const address = ownAddress();
    authority = createAuthority(stage.folder(), 'authority');
    const other = createAuthority(stage.folder(), 'other');
    expired = authority.issue('expired', [`IP:${address}`], -1);
    const kinds = listenersOf(other, address);
    for (const name of Object.keys(kinds)) ports.set(name, await startHttp(stage, name));

    await mesh.send(new CreateMeshCommand({ meshName }));
    const listeners = Object.entries(kinds).map(([name, tls]) => {
      return { portMapping: { port: ports.get(name), protocol: 'http' as const }, ...(tls && { tls }) };
    });
    await create(mesh, 'server', listeners, address);
    for (const [index, name] of Object.keys(kinds).entries()) {
      await create(mesh, name, [listeners[index] as Listener], address);
      await provide(mesh, `${name}.local`, name);
    }
    // The one listener again, so that each demand has a service and a node of its own.
    const also = async (name: string, like: keyof typeof kinds) => {
      const found = listeners[Object.keys(kinds).indexOf(like)] as Listener;
      await create(mesh, name, [found], address);
      await provide(mesh, `${name}.local`, name);
    };
    for (const name of ['strict-renamed', 'strict-misnamed', 'strict-distrusted']) await also(name, 'strict');
    for (const name of ['mutual-known', 'mutual-stranger', 'mutual-misnamed', 'mutual-expired'])
      await also(name, 'mutual');
    for (const name of ['plain-loose', 'plain-elsewhere']) await also(name, 'plain');
    await also('permissive-loose', 'permissive');
    ports.set('raw', await startRaw());
    await create(mesh, 'raw', [{ portMapping: { port: ports.get('raw'), protocol: 'http' } }], 'localhost');
    await provide(mesh, 'raw.local', 'raw');

    const known = { validation: trust(authority) };
    const client = (from: Authority, name: string, days?: number) => ({
      certificate: file(from.issue(`${name}-${days}`, [`DNS:${name}`], days)),
    });
    const backends = [
      ...Object.keys(kinds).map((name) => demand(`${name}.local`, known)),
      demand('strict-renamed.local', { validation: { ...trust(authority), ...names('good.example') } }),
      demand('strict-misnamed.local', { validation: { ...trust(authority), ...names('bad.example') } }),
      demand('strict-distrusted.local', { validation: trust(other) }),
      demand('mutual-known.local', { ...known, ...client(authority, 'client.example') }),
      demand('mutual-stranger.local', { ...known, ...client(other, 'client.example') }),
      demand('mutual-misnamed.local', { ...known, ...client(authority, 'other.example') }),
      demand('mutual-expired.local', { ...known, ...client(authority, 'client.example', -1) }),
      demand('plain-elsewhere.local', { ...known, ports: [1] }),
      demand('plain-loose.local', { ...known, enforce: false }),
      demand('permissive-loose.local', { ...known, enforce: false }),
      demand('raw.local', known),
    ];
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'careful', spec: { backends } }));
    const all = Object.keys(kinds).map((name) => demand(`${name}.local`));
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'careless', spec: { backends: all } }));
    [server, careful, careless] = (await Promise.all([
      startEnvoy(stage, heddle, {
        resource: nodeId('server'),
        address,
        ports: Object.keys(kinds).map((name) => ports.get(name) ?? 0),
      }),
      startEnvoy(stage, heddle, { resource: nodeId('careful') }),
      startEnvoy(stage, heddle, { resource: nodeId('careless') }),
    ])) as [RunningEnvoy, RunningEnvoy, RunningEnvoy];
  }, 60_000);

  async function startRaw(): Promise<number> {
    const { certificateChain, privateKey } = authority.issue('raw', ['DNS:localhost']);
    const pair = { cert: readFileSync(certificateChain), key: readFileSync(privateKey) };
    const application = createServer({
      ...pair,
      SNICallback: (name, done) => {
        serverNames.push(name);
        done(null);
      },
    });
    application.on('request', (_, response) => response.end('{"name":"raw"}'));
    stage.defer(() => application.close());
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    return (application.address() as AddressInfo).port;
  }

  const ask = (from: RunningEnvoy, name: string): Promise<Answer> =>
    request({ host: from.address, port: from.egressPort, headers: { host: `${name}.local` } });
  const served = async (from: RunningEnvoy, name: string, by = name): Promise<void> => {
    const { status, body } = await ask(from, name);
    expect([status, body]).toEqual([200, expect.stringContaining(`"name":"${by}"`)]);
  };
  const refused = async (from: RunningEnvoy, name: string): Promise<void> => {
    expect((await ask(from, name)).status).toBe(503);
  };
  const direct = (name: string) => request({ host: server.address, port: ports.get(name) ?? 0 });

  it('is all that a STRICT listener takes', async () => {
    await served(careful, 'strict');
    await expect(direct('strict')).rejects.toThrow();
  });

  it('is one of two that a PERMISSIVE listener takes', async () => {
    await served(careful, 'permissive');
    expect((await direct('permissive')).status).toBe(200);
  });

  it('is spoken without a policy where the listener takes it, and nobody’s certificate is looked at', async () => {
    for (const name of ['plain', 'strict', 'permissive', 'expired', 'stranger']) await served(careless, name);
    const handshakes = (name: string) =>
      careless.stat(`cluster.cds_egress_m_${name}_http_${ports.get(name)}.ssl.handshake`);
    expect(await handshakes('permissive')).toBeGreaterThan(0);
    expect(await handshakes('plain')).toBe(0);
  });

  it('is demanded by a policy of a listener that has none, unless it is not enforced or speaks of other ports', async () => {
    await refused(careful, 'plain');
    await served(careful, 'plain-loose', 'plain');
    await served(careful, 'plain-elsewhere', 'plain');
    await served(careful, 'permissive-loose', 'permissive');
    const cluster = `cluster.cds_egress_m_permissive-loose_http_${ports.get('permissive')}`;
    expect(await careful.stat(`${cluster}.ssl.handshake`)).toBeGreaterThan(0);
  });

  it('fails with a certificate of another authority, of another name, or out of date', async () => {
    await refused(careful, 'stranger');
    await refused(careful, 'strict-distrusted');
    await refused(careful, 'strict-misnamed');
    await served(careful, 'strict-renamed', 'strict');
    await refused(careful, 'expired');
  });

  it('asks clients for a certificate where the listener validates them', async () => {
    await refused(careful, 'mutual');
    await refused(careless, 'mutual');
    await refused(careful, 'mutual-stranger');
    await refused(careful, 'mutual-misnamed');
    await refused(careful, 'mutual-expired');
    await served(careful, 'mutual-known', 'mutual');
  });

  it('tells the server by which name it is meant', async () => {
    await served(careful, 'raw');
    expect(new Set(serverNames)).toEqual(new Set(['localhost']));
  });

  it('leaves the other listeners alone when files are missing', async () => {
    await refused(careless, 'missing');
    const nacks = heddle.events.filter(({ kind }) => kind === 'nacked');
    expect(nacks.length).toBeGreaterThan(0);
    for (const nack of nacks) expect(JSON.stringify(nack)).toContain('good.pem.gone');
  });

  it('goes on with a renewed certificate, without a word from the control plane', async () => {
    await heddle.close();
    const renewed = authority.issue('renewed', [`IP:${server.address}`]);
    replacePair(expired, renewed);
    await eventually(() => served(careful, 'expired'));
    expect(heddle.troubles).toEqual([]);
  });
});
