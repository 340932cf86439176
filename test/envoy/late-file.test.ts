// Envoys that start before the files that their configuration names: they refuse it, and are offered it again once the
// files have come, though nobody changed the mesh.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateVirtualNodeCommand, type Listener } from '@aws-sdk/client-app-mesh';
import { expect, it, vi } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { startHttp } from './fixture/application.ts';
import { canMakeCertificates, createAuthority, replacePair } from './fixture/certificates.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, mesh, meshName, nodeId, type Step } from './fixture/documents.ts';
import { ownAddress, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canMakeCertificates();
const stage = useStage();
const limit = { timeout: 180_000 };
/** What was refused is offered again after thirty seconds. */
const patience = { timeout: 90_000, interval: 250 };

const create =
  (virtualNodeName: string, listener: Listener, log?: string): Step =>
  (client) => {
    const logging = log && { logging: { accessLog: { file: { path: log } } } };
    const spec = { listeners: [listener], serviceDiscovery: { dns: { hostname: '127.0.0.1' } }, ...logging };
    return client.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
  };

async function live(heddle: EmbeddedControlPlane, mode: 'delta' | 'sotw'): Promise<void> {
  const folder = join(stage.folder(), mode);
  const [pair, logs] = [{ certificateChain: `${folder}-chain.pem`, privateKey: `${folder}-key.pem` }, `${folder}-logs`];
  const port = await startHttp(stage, mode);
  const portMapping = { port, protocol: 'http' as const };
  await apply(
    heddle.mesh,
    create(`logging-${mode}`, { portMapping }, `${logs}/access.log`),
    create(`secure-${mode}`, { portMapping, tls: { mode: 'STRICT', certificate: { file: pair } } }),
  );
  const start = (name: string) =>
    startEnvoy(stage, heddle, { resource: nodeId(`${name}-${mode}`), mode, address: ownAddress(), ports: [port] });
  const [logging] = [await start('logging'), await start('secure')];
  const told = (kind: string) =>
    heddle.events.flatMap((event) => (event.mode === mode && event.kind === kind && 'type' in event ? event.type : []));
  await eventually(() => expect(told('nacked')).toEqual(expect.arrayContaining(['listener', 'secret'])));
  expect(told('acked')).not.toContain('secret');

  mkdirSync(logs);
  replacePair(pair, createAuthority(stage.folder(), mode).issue('late', ['DNS:late.local']));
  await vi.waitFor(async () => {
    expect((await request({ host: logging.address, port })).status).toBe(200);
    expect(told('acked')).toContain('secret');
  }, patience);
}

it.skipIf(!possible)('what came late is used when it is there', limit, async () => {
  const heddle = await startHeddle(stage);
  await apply(heddle.mesh, mesh());
  await Promise.all([live(heddle, 'delta'), live(heddle, 'sotw')]);
  expect(heddle.troubles).toEqual([]);
});
