// One Envoy that has its certificates from everywhere at once: ACM, files, its own SDS socket, an authority that signs for
// its node. All carry traffic, and what is changed at one place changes there alone.
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { ACMClient, RenewCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { ACMPCAClient, CreateCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { beforeAll, describe, expect, it } from 'vitest';
import { serialText } from '#certificates/chain.ts';
import { createClient } from '#cli/client.ts';
import { administrator } from '#cli/credentials.ts';
import type { ClientPolicyTls, ListenerTls, VirtualNodeSpec } from '#events/model/shapes.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type Authority, canMakeCertificates, createAuthority } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, nodeId, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { pairSecret, type SdsServer, startSdsServer, trustSecret } from './fixture/sds-server.ts';
import { shownSerial } from './fixture/shown-serial.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic } from './fixture/traffic.ts';

const possible = envoyPath() !== undefined && canMakeCertificates();
const kinds = ['acm', 'files', 'socket', 'node'] as const;
type Kind = (typeof kinds)[number];
const names = { server: 'spiffe://mesh.example/server', client: 'spiffe://mesh.example/client' } as const;
const bundle = 'spiffe://mesh.example';

interface Told {
  readonly listener: Omit<ListenerTls, 'mode'>;
  readonly client: ClientPolicyTls;
}

describe.skipIf(!possible)('certificates of all kinds in one Envoy', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let acm: ACMClient;
  let certificateArn: string;
  let authority: Authority;
  let socket: SdsServer;
  let server: RunningEnvoy;
  let client: RunningEnvoy;
  let clientSocket: SdsServer;
  let startClient: () => Promise<RunningEnvoy>;
  const ports = {} as Record<Kind, number>;

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const settings = { endpoint: heddle.api, region, credentials: () => administrator(heddle.dataDirectory) };
    acm = new ACMClient(settings);
    const authorities = new ACMPCAClient(settings);
    stage.defer(() => [acm, authorities].map((one) => one.destroy()));
    const address = ownAddress();
    const { CertificateAuthorityArn = '' } = await authorities.send(
      new CreateCertificateAuthorityCommand({
        CertificateAuthorityType: 'ROOT',
        CertificateAuthorityConfiguration: {
          KeyAlgorithm: 'EC_prime256v1',
          SigningAlgorithm: 'SHA256WITHECDSA',
          Subject: { CommonName: 'mesh' },
        },
      }),
    );
    const wanted = new RequestCertificateCommand({ DomainName: address, CertificateAuthorityArn });
    certificateArn = (await acm.send(wanted)).CertificateArn ?? '';
    authority = createAuthority(stage.folder(), 'own');
    const trusted = trustSecret(bundle, authority.file);
    const at = (name: string): string => join(stage.folder(), `${name}.sock`);
    socket = await startSdsServer(stage, at('server'), [ofSocket('server'), trusted]);
    clientSocket = await startSdsServer(stage, at('client'), [ofSocket('client'), trusted]);

    const byAcm = { acm: { certificateAuthorityArns: [CertificateAuthorityArn] } };
    const ofNode = { acm: { certificateArn: CertificateAuthorityArn } };
    const sds = (secretName: string) => ({ sds: { secretName } });
    const spiffe = (name: string) => ({
      trust: sds(bundle),
      subjectAlternativeNames: { match: { exact: [name] } },
    });
    const told: Record<Kind, Told> = {
      acm: { listener: { certificate: { acm: { certificateArn } } }, client: { validation: { trust: byAcm } } },
      files: {
        listener: { certificate: { file: authority.issue('server', [`IP:${address}`]) } },
        client: { validation: { trust: { file: { certificateChain: authority.file } } } },
      },
      socket: {
        listener: { certificate: sds(names.server), validation: spiffe(names.client) },
        client: { certificate: sds(names.client), validation: spiffe(names.server) },
      },
      node: {
        listener: { certificate: ofNode, validation: { trust: byAcm } },
        client: { certificate: ofNode, validation: { trust: byAcm } },
      },
    };
    await apply(heddle.mesh, mesh());
    const listeners = [];
    const serviceDiscovery = { dns: { hostname: address } };
    for (const kind of kinds) {
      ports[kind] = await startHttp(stage, kind);
      const portMapping = { port: ports[kind], protocol: 'http' } as const;
      const listener = { portMapping, tls: { mode: 'STRICT', ...told[kind].listener } } as const;
      listeners.push(listener);
      // The port of a service is its node's first listener's.
      await createNode(kind, { listeners: [listener], serviceDiscovery });
      await apply(heddle.mesh, service(`${kind}.local`, { node: kind }));
    }
    await createNode('server', { listeners, serviceDiscovery });
    const backends = kinds.map((kind) => ({
      virtualService: { virtualServiceName: `${kind}.local`, clientPolicy: { tls: told[kind].client } },
    }));
    await createNode('client', { backends });
    server = await startEnvoy(stage, heddle, {
      resource: nodeId('server'),
      address,
      ports: Object.values(ports),
      sdsSocket: at('server'),
    });
    startClient = () => startEnvoy(stage, heddle, { resource: nodeId('client'), sdsSocket: at('client') });
    client = await startClient();
  }, 120_000);

  let made = 0;
  const ofSocket = (side: keyof typeof names) => {
    made += 1;
    const pair = authority.issue(`${side}-${made}`, [`URI:${names[side]}`]);
    return pairSecret(names[side], pair);
  };

  /** Not by the SDK, which drops members that AWS does not have. */
  const createNode = (virtualNodeName: string, spec: VirtualNodeSpec) => {
    const { api, dataDirectory } = heddle;
    const own = createClient({ endpoint: new URL(api), region, credentials: () => administrator(dataDirectory) });
    const path = `/v20190125/meshes/${meshName}/virtualNodes`;
    return own.call({ method: 'PUT', path, body: { virtualNodeName, spec } });
  };

  const ask = async (kind: Kind, from = client): Promise<string> => {
    const headers = { host: `${kind}.local` };
    const { status, body } = await request({ host: from.address, port: from.egressPort, headers });
    if (status !== 200) throw new Error(`${kind}: ${status} ${body}`);
    return (JSON.parse(body) as { readonly name: string }).name;
  };
  /** The serials that new handshakes with the server show, in the order of the kinds. */
  const serials = () => Promise.all(kinds.map((kind) => shownSerial(server.address, ports[kind])));

  it('carries the traffic of each', { timeout: 60_000 }, async () => {
    await eventually(async () => expect(await Promise.all(kinds.map((kind) => ask(kind)))).toEqual(kinds));
    expect(new Set(await serials()).size).toBe(kinds.length);
  });

  it('follows its socket and ACM as they rotate, each alone, and no request fails', { timeout: 90_000 }, async () => {
    const traffic = kinds.map((kind) => startTraffic(stage, () => ask(kind)));
    const before = await serials();
    const replaced = ofSocket('server');
    socket.replace(replaced);
    clientSocket.replace(ofSocket('client'));
    const pem = replaced.type?.$case === 'tlsCertificate' ? replaced.type.value.certificateChain?.specifier : undefined;
    const ofOther = serialText(new X509Certificate(pem?.$case === 'inlineString' ? pem.value : '').serialNumber);
    const [byAcm, byFile, , ofNode] = before;
    await eventually(async () => expect(await serials()).toEqual([byAcm, byFile, ofOther, ofNode]));

    await acm.send(new RenewCertificateCommand({ CertificateArn: certificateArn }));
    await eventually(async () => expect(await serials()).not.toContain(byAcm));
    expect((await serials()).slice(1)).toEqual([byFile, ofOther, ofNode]);

    const answered = traffic.map((one) => one.answered());
    await eventually(() => {
      for (const [index, one] of traffic.entries()) expect(one.answered()).toBeGreaterThan((answered[index] ?? 0) + 20);
    });
    for (const one of traffic) await one.stop();
    expect(traffic.flatMap(({ failures }) => failures)).toEqual([]);
    // Whose connections are all new: what was rotated is good for whoever checks it.
    const newcomer = await startClient();
    await eventually(async () => expect(await Promise.all(kinds.map((kind) => ask(kind, newcomer)))).toEqual(kinds));
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
