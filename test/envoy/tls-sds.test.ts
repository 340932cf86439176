// TLS with certificates and trust from the SDS servers beside the proxies: both sides prove who they are by a SPIFFE name,
// and no file and no control plane knows a key.
import { join } from 'node:path';
import { CreateMeshCommand, CreateVirtualNodeCommand, CreateVirtualServiceCommand } from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { canMakeCertificates, createAuthority } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { meshName, nodeId } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { request } from './fixture/request.ts';
import { pairSecret, startSdsServer, trustSecret } from './fixture/sds-server.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canMakeCertificates();
if (!possible) console.warn('TLS by SDS is not tested: it needs Envoy and openssl');
const names = { server: 'spiffe://mesh.example/server', client: 'spiffe://mesh.example/client' } as const;
const bundle = 'spiffe://mesh.example';

describe.skipIf(!possible)('TLS by SDS', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let known: RunningEnvoy;
  let stranger: RunningEnvoy;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const { mesh } = heddle;
    const [address, port] = [ownAddress(), await startHttp(stage, 'app')];
    const [own, other] = [createAuthority(stage.folder(), 'own'), createAuthority(stage.folder(), 'other')];
    const socket = (name: string): string => join(stage.folder(), `${name}.sock`);
    const trust = trustSecret(bundle, own.file);
    await startSdsServer(stage, socket('server'), [
      pairSecret(names.server, own.issue('server', [`URI:${names.server}`])),
      trust,
    ]);
    const client = (from: typeof own) => pairSecret(names.client, from.issue('client', [`URI:${names.client}`]));
    await startSdsServer(stage, socket('known'), [client(own), trust]);
    await startSdsServer(stage, socket('stranger'), [client(other), trust]);

    await mesh.send(new CreateMeshCommand({ meshName }));
    const sds = (secretName: string) => ({ sds: { secretName } });
    const validation = (name: string) => ({
      trust: sds(bundle),
      subjectAlternativeNames: { match: { exact: [name] } },
    });
    const tls = { mode: 'STRICT', certificate: sds(names.server), validation: validation(names.client) } as const;
    const spec = {
      listeners: [{ portMapping: { port, protocol: 'http' as const }, tls }],
      serviceDiscovery: { dns: { hostname: address } },
    };
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'server', spec }));
    const provider = { virtualNode: { virtualNodeName: 'server' } };
    const virtualServiceName = 'server.local';
    await mesh.send(new CreateVirtualServiceCommand({ meshName, virtualServiceName, spec: { provider } }));
    const clientPolicy = { tls: { certificate: sds(names.client), validation: validation(names.server) } };
    const backends = [{ virtualService: { virtualServiceName, clientPolicy } }];
    await mesh.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec: { backends } }));
    const beside = (resource: string, name: string) =>
      startEnvoy(stage, heddle, { resource: nodeId(resource), sdsSocket: socket(name) });
    [, known, stranger] = (await Promise.all([
      startEnvoy(stage, heddle, {
        resource: nodeId('server'),
        address,
        ports: [port],
        sdsSocket: socket('server'),
      }),
      beside('client', 'known'),
      beside('client', 'stranger'),
    ])) as [RunningEnvoy, RunningEnvoy, RunningEnvoy];
  }, 60_000);

  const ask = (from: RunningEnvoy) =>
    request({ host: from.address, port: from.egressPort, headers: { host: 'server.local' } });

  it('serves who is named by its certificate', async () => {
    expect((await ask(known)).status).toBe(200);
  });

  it('refuses whom another authority named', async () => {
    expect((await ask(stranger)).status).toBe(503);
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
