// TLS at both ends of virtual gateways, with certificates in files: what their listeners take from clients that are right,
// wrong, out of date or silent about themselves, and what they demand of the services behind them. Through real Envoys.
import { readFileSync } from 'node:fs';
import { type RequestOptions, request as start } from 'node:https';
import {
  CreateGatewayRouteCommand,
  CreateMeshCommand,
  CreateVirtualGatewayCommand,
  CreateVirtualNodeCommand,
  type ListenerTls,
  type VirtualGatewayClientPolicyTls,
  type VirtualGatewayListener,
  type VirtualGatewayListenerTls,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { type Seen, startHttp } from './fixture/application.ts';
import { type Authority, canMakeCertificates, createAuthority, type Pair } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, gatewayId, meshName, nodeId, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canMakeCertificates();
if (!possible) console.warn("Gateways' TLS is not tested: it needs Envoy and openssl");
const ports = { strict: 8443, permissive: 8444, mutual: 8445, plain: 8080 };
type Kind = keyof typeof ports;

describe.skipIf(!possible)('TLS of a gateway', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let authority: Authority;
  let other: Authority;
  const gateways = new Map<string, RunningEnvoy>();

  const file = (pair: Pair) => ({ file: pair });
  const trust = (of: Authority) => ({ trust: { file: { certificateChain: of.file } } });
  const names = (...exact: readonly string[]) => ({ subjectAlternativeNames: { match: { exact: [...exact] } } });

  function listenersOf(certificate: Pair): VirtualGatewayListener[] {
    const tls: Readonly<Record<Kind, VirtualGatewayListenerTls>> = {
      strict: { mode: 'STRICT', certificate: file(certificate) },
      permissive: { mode: 'PERMISSIVE', certificate: file(certificate) },
      mutual: {
        mode: 'STRICT',
        certificate: file(certificate),
        validation: { ...trust(authority), ...names('client.example') },
      },
      plain: { mode: 'DISABLED', certificate: file(certificate) },
    };
    return (Object.keys(ports) as Kind[]).map((kind) => ({
      portMapping: { port: ports[kind], protocol: 'http' },
      tls: tls[kind],
    }));
  }

  /** The gateway's listeners are all alike: what differs is what it demands of the service. */
  async function startGateway(virtualGatewayName: string, tls?: VirtualGatewayClientPolicyTls): Promise<void> {
    const { mesh } = heddle;
    const listeners = listenersOf(authority.issue(virtualGatewayName, ['DNS:edge.example']));
    const spec = { listeners, ...(tls && { backendDefaults: { clientPolicy: { tls } } }) };
    await mesh.send(new CreateVirtualGatewayCommand({ meshName, virtualGatewayName, spec }));
    for (const [kind, port] of Object.entries(ports)) {
      const action = { target: { virtualService: { virtualServiceName: 'app.local' } } };
      const spec = { httpRoute: { match: { prefix: '/', port }, action } };
      const gatewayRouteName = kind;
      await mesh.send(new CreateGatewayRouteCommand({ meshName, virtualGatewayName, gatewayRouteName, spec }));
    }
    const resource = gatewayId(virtualGatewayName);
    const options = { resource, address: ownAddress(), ports: Object.values(ports) };
    gateways.set(virtualGatewayName, await startEnvoy(stage, heddle, options));
  }

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    authority = createAuthority(stage.folder(), 'authority');
    other = createAuthority(stage.folder(), 'other');
    const [address, port] = [ownAddress(), await startHttp(stage, 'app')];
    await heddle.mesh.send(new CreateMeshCommand({ meshName }));
    const tls: ListenerTls = {
      mode: 'STRICT',
      certificate: file(authority.issue('app', ['DNS:app.example', 'DNS:*.wild.example'])),
      validation: { ...trust(authority), ...names('edge.example') },
    };
    const spec = {
      listeners: [{ portMapping: { port, protocol: 'http' as const }, tls }],
      serviceDiscovery: { dns: { hostname: address } },
    };
    await heddle.mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'app', spec }));
    await apply(heddle.mesh, service('app.local', { node: 'app' }));
    const own = authority.issue('own', ['DNS:edge.example']);
    const right = { ...trust(authority), ...names('app.example') };
    const certificate = file(own);
    await Promise.all([
      startEnvoy(stage, heddle, { resource: nodeId('app'), address, ports: [port] }),
      startGateway('right', { certificate, validation: right }),
      startGateway('wild', { certificate, validation: { ...trust(authority), ...names('any.wild.example') } }),
      startGateway('misnamed', { certificate, validation: { ...trust(authority), ...names('other.example') } }),
      startGateway('distrusting', { certificate, validation: { ...trust(other), ...names('app.example') } }),
      startGateway('unproven', { validation: right }),
      startGateway('elsewhere', { certificate, validation: right, ports: [port + 1] }),
      startGateway('expired', {
        certificate: file(authority.issue('old', ['DNS:edge.example'], -1)),
        validation: right,
      }),
    ]);
  }, 90_000);

  /** The answer's status over TLS; rejects when there is no handshake or none of the client's liking. */
  function askTls(kind: Kind, client?: Pair): Promise<number> {
    const options: RequestOptions = {
      host: gateways.get('right')?.address,
      port: ports[kind],
      ca: readFileSync(authority.file),
      servername: 'edge.example',
      ...(client && { cert: readFileSync(client.certificateChain), key: readFileSync(client.privateKey) }),
      agent: false,
    };
    return new Promise((resolve, reject) => {
      const outgoing = start(options, (response) => resolve(response.resume().statusCode ?? 0));
      outgoing.on('error', reject).end();
    });
  }
  const ask = (gateway: string, kind: Kind) =>
    request({ host: gateways.get(gateway)?.address ?? '', port: ports[kind] });

  it('is all that a STRICT listener takes', async () => {
    expect(await askTls('strict')).toBe(200);
    await expect(ask('right', 'strict')).rejects.toThrow();
  });

  it('is one of two that a PERMISSIVE listener takes, and nothing to one where it is DISABLED', async () => {
    expect(await askTls('permissive')).toBe(200);
    expect((await ask('right', 'permissive')).status).toBe(200);
    expect((await ask('right', 'plain')).status).toBe(200);
    await expect(askTls('plain')).rejects.toThrow();
  });

  it('asks clients for a certificate where the listener validates them', async () => {
    expect(await askTls('mutual', authority.issue('client', ['DNS:client.example']))).toBe(200);
    await expect(askTls('mutual')).rejects.toThrow();
    await expect(askTls('mutual', other.issue('stranger', ['DNS:client.example']))).rejects.toThrow();
    await expect(askTls('mutual', authority.issue('misnamed', ['DNS:other.example']))).rejects.toThrow();
    await expect(askTls('mutual', authority.issue('expired', ['DNS:client.example'], -1))).rejects.toThrow();
  });

  it.each(['right', 'wild'])('proves itself to the service behind, and checks it: %s', async (gateway) => {
    const { status, body } = await ask(gateway, 'plain');
    expect([status, (JSON.parse(body) as Seen).name]).toEqual([200, 'app']);
  });

  // Behind it, whoever is asked for a certificate hangs up on a client that has none to show, or not this one.
  it.each(['misnamed', 'distrusting', 'unproven', 'elsewhere', 'expired'])(
    'fails where one of the two ends is not what the other demands: %s',
    async (gateway) => {
      expect((await ask(gateway, 'plain')).status).toBe(503);
    },
  );

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
