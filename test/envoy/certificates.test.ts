// Mutual TLS between real Envoys with certificates that nobody mounted: by ACM's ARNs, signed by an authority for each node,
// and kept from whom they are not for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, nodeId, putNewNode, service } from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { issuing } from './fixture/issuing.ts';
import { request } from './fixture/request.ts';
import { shownSerial } from './fixture/shown-serial.ts';
import { useStage } from './fixture/stage.ts';

describe.skipIf(envoyPath() === undefined)('certificates by their ARNs', () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let server: RunningEnvoy;
  let client: RunningEnvoy;
  let ports: { readonly acm: number; readonly node: number; readonly gone: number };

  beforeAll(async () => {
    heddle = await startHeddle(stage);
    const address = ownAddress();
    const made = issuing(stage, heddle);
    const authority = await made.authority('mesh');
    const certificateArn = await made.certificate(address, authority);
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
    await putNewNode(heddle.client, 'server', { listeners: [byArn, mutual, missing], serviceDiscovery: dns });
    await putNewNode(heddle.client, 'acm', { listeners: [byArn], serviceDiscovery: dns });
    await putNewNode(heddle.client, 'node', { listeners: [mutual], serviceDiscovery: dns });
    for (const name of ['acm', 'node']) await apply(heddle.mesh, service(`${name}.local`, { node: name }));
    const tls = { validation: { trust }, certificate: { acm: { certificateArn: authority } } };
    await putNewNode(heddle.client, 'client', {
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

  it('are validated by clients that have no policy, by the root of whoever signed them', async () => {
    await eventually(() => served('acm'));
  }, 60_000);

  it('are made for each node by an authority, and both sides prove themselves', async () => {
    await eventually(() => served('node'));
  }, 60_000);

  it('leave a listener out that names none, and say so', async () => {
    await expect(shownSerial(server.address, ports.gone)).rejects.toThrow();
    const told = await heddleConfig();
    expect(told).toContain('there is no certificate arn:aws:acm');
  }, 60_000);

  const heddleConfig = async () => {
    const query = { resource: nodeId('server') };
    const answer = await heddle.client.call({ method: 'GET', path: '/heddle/v1/config', query });
    return JSON.stringify(answer);
  };

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
