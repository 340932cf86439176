// Mutual TLS between real Envoys with certificates that nobody mounted: by ACM's ARNs, signed by an authority for each node,
// rotated under traffic, and kept from whom they are not for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { ACMClient, RenewCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { ACMPCAClient, CreateCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '#cli/client.ts';
import { administrator } from '#cli/credentials.ts';
import type { VirtualNodeSpec } from '#events/model/shapes.ts';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, region, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, nodeId, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

/** `npm run bench:certificates` has more of them. */
const rotations = Number(process.env.ROTATIONS ?? 20);

describe.skipIf(envoyPath() === undefined)('certificates by their ARNs', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let acm: ACMClient;
  let authorities: ACMPCAClient;
  let server: RunningEnvoy;
  let client: RunningEnvoy;
  let certificateArn: string;
  let authority: string;
  let ports: { readonly acm: number; readonly node: number; readonly gone: number };

  const own = () =>
    createClient({
      endpoint: new URL(heddle.api),
      region,
      credentials: () => administrator(heddle.dataDirectory),
    });
  /** Not by the SDK, which drops members that AWS does not have. */
  const createNode = (virtualNodeName: string, spec: VirtualNodeSpec) => {
    const path = `/v20190125/meshes/${meshName}/virtualNodes`;
    return own().call({ method: 'PUT', path, body: { virtualNodeName, spec } });
  };

  beforeAll(async () => {
    // Short, so that the certificates of the nodes are made anew under traffic as well.
    heddle = await startHeddle(stage, { HEDDLE_NODE_CERTIFICATE_VALIDITY: '6s', HEDDLE_CERTIFICATE_SWEEP: '2s' });
    const settings = { endpoint: heddle.api, region, credentials: () => administrator(heddle.dataDirectory) };
    acm = new ACMClient(settings);
    authorities = new ACMPCAClient(settings);
    const address = ownAddress();
    const configuration = {
      KeyAlgorithm: 'EC_prime256v1',
      SigningAlgorithm: 'SHA256WITHECDSA',
      Subject: { CommonName: 'mesh' },
    } as const;
    const made = await authorities.send(
      new CreateCertificateAuthorityCommand({
        CertificateAuthorityType: 'ROOT',
        CertificateAuthorityConfiguration: configuration,
      }),
    );
    authority = made.CertificateAuthorityArn ?? '';
    const wanted = { DomainName: address, CertificateAuthorityArn: authority };
    certificateArn = (await acm.send(new RequestCertificateCommand(wanted))).CertificateArn ?? '';
    const gone = certificateArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    ports = {
      acm: await startHttp(stage, 'acm'),
      node: await startHttp(stage, 'node'),
      gone: await startHttp(stage, 'gone'),
    };
    await apply(heddle.mesh, mesh());
    const trust = { acm: { certificateAuthorityArns: [authority] } };
    const dns = { dns: { hostname: address } };
    const portMapping = (port: number) => ({ port, protocol: 'http' as const });
    const byArn = {
      portMapping: portMapping(ports.acm),
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn } } },
    } as const;
    // Both sides prove themselves with what the authority signed for their nodes.
    const mutual = {
      portMapping: portMapping(ports.node),
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn: authority } }, validation: { trust } },
    } as const;
    const missing = {
      portMapping: portMapping(ports.gone),
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn: gone } } },
    } as const;
    await createNode('server', { listeners: [byArn, mutual, missing], serviceDiscovery: dns });
    await createNode('acm', { listeners: [byArn], serviceDiscovery: dns });
    await createNode('node', { listeners: [mutual], serviceDiscovery: dns });
    for (const name of ['acm', 'node']) await apply(heddle.mesh, service(`${name}.local`, { node: name }));
    const tls = { validation: { trust }, certificate: { acm: { certificateArn: authority } } };
    await createNode('client', {
      backends: [
        { virtualService: { virtualServiceName: 'acm.local' } },
        { virtualService: { virtualServiceName: 'node.local', clientPolicy: { tls } } },
      ],
    });
    server = await startEnvoy(stage, heddle, { resource: nodeId('server'), address, ports: Object.values(ports) });
    client = await startEnvoy(stage, heddle, { resource: nodeId('client') });
  }, 120_000);

  const ask = (name: string) =>
    request({ host: client.address, port: client.egressPort, headers: { host: `${name}.local` } });
  const served = async (name: string) => {
    const { status, body } = await ask(name);
    expect([status, body]).toEqual([200, expect.stringContaining(`"name":"${name}"`)]);
  };
  /** The serial that a new handshake with the server shows. */
  const serialAt = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: server.address, port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('are validated by clients that have no policy, by the root of whoever signed them', async () => {
    await eventually(() => served('acm'));
  }, 60_000);

  it('are made for each node by an authority, and both sides prove themselves', async () => {
    await eventually(() => served('node'));
  }, 60_000);

  it('leave a listener out that names none, and say so', async () => {
    await expect(serialAt(ports.gone)).rejects.toThrow();
    const told = await heddleConfig();
    expect(told).toContain('there is no certificate arn:aws:acm');
  }, 60_000);

  const heddleConfig = async () => {
    const query = { resource: nodeId('server') };
    const answer = await own().call({ method: 'GET', path: '/heddle/v1/config', query });
    return JSON.stringify(answer);
  };

  it(`are rotated ${rotations} times under new connections, and no request fails`, { timeout: 180_000 }, async () => {
    const seen = new Set<string>();
    const nodeSerials = new Set<string>();
    const times: number[] = [];
    let failed = 0;
    let asked = 0;
    let going = true;
    const traffic = Promise.all(
      ['acm', 'node', 'acm', 'node'].map(async (name) => {
        while (going) {
          asked += 1;
          const { status } = await ask(name).catch(() => ({ status: 0 }));
          if (status !== 200) failed += 1;
        }
      }),
    );
    for (let turn = 0; turn < rotations; turn += 1) {
      const before = await serialAt(ports.acm);
      seen.add(before);
      nodeSerials.add(await serialAt(ports.node));
      const started = performance.now();
      await acm.send(new RenewCertificateCommand({ CertificateArn: certificateArn }));
      await eventually(async () => expect(await serialAt(ports.acm)).not.toBe(before));
      times.push(performance.now() - started);
    }
    await eventually(async () => {
      nodeSerials.add(await serialAt(ports.node));
      expect(nodeSerials.size).toBeGreaterThan(1);
    });
    going = false;
    await traffic;
    times.sort((a, b) => a - b);
    console.info(
      `${rotations} rotations, ${asked} requests, median ${Math.round(times[rotations / 2] ?? 0)} ms to the first handshake`,
    );
    expect(seen.size).toBe(rotations);
    expect(nodeSerials.size).toBeGreaterThan(1);
    expect({ failed, asked: asked > 0 }).toEqual({ failed: 0, asked: true });
  });

  it('stand in the clear nowhere: not in files, not in the log, not in what `heddle config` shows', async () => {
    const shown = await heddleConfig();
    expect(shown).toContain('SHA-256 fingerprint');
    expect(shown).not.toContain('PRIVATE KEY');
    for (const name of readdirSync(heddle.dataDirectory, { recursive: true, encoding: 'utf8' })) {
      const path = join(heddle.dataDirectory, name);
      if (/signing-key|[/\\]?aws$/.test(name)) continue;
      try {
        expect(readFileSync(path).includes('PRIVATE KEY'), name).toBe(false);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
      }
    }
    expect(JSON.stringify([heddle.events, heddle.troubles])).not.toContain('PRIVATE KEY');
  });
});
