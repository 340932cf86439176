// Where TLS that an application speaks itself gets to, on ports that backends have: whoever it names, where all may leave the
// mesh; AWS's endpoints, where nobody else may be reached. Network namespaces stand for the machines.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canUseNamespaces, envoyPath } from '../setup/tools.ts';
import type { Seen } from './fixture/application.ts';
import { type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import { apply, changeNode, egressFilter, mesh, node, nodeId, service } from './fixture/documents.ts';
import { eventually } from './fixture/eventually.ts';
import { connectNamespaces, createNamespace, type Namespace, redirect } from './fixture/namespace.ts';
import { startRedirectedEnvoy } from './fixture/redirected-envoy.ts';
import { useStage } from './fixture/stage.ts';

const possible = envoyPath() !== undefined && canUseNamespaces();
if (!possible) {
  console.warn('Egress of TLS is not tested: it needs Envoy, root, iproute2, iptables and leave to make namespaces');
}

/** Nobody has this address: only the mesh makes an answer from it. */
const nowhere = '10.99.0.10';
const ports = { web: 8443, https: 443 };

describe.skipIf(!possible)('TLS that an application speaks itself', { timeout: 120_000 }, () => {
  const stage = useStage();
  let heddle: EmbeddedControlPlane;
  let caller: Namespace;
  let outside: string;

  beforeAll(async () => {
    const socket = join(stage.folder(), 'streamer.sock');
    heddle = await startHeddle(stage, { HEDDLE_XDS_ADDR: `unix:${socket}` });
    chmodSync(socket, 0o777);
    caller = createNamespace(stage, 'caller');
    const [server, stranger] = [createNamespace(stage, 'server'), createNamespace(stage, 'stranger')];
    const [, inside] = connectNamespaces(caller, server);
    [, outside] = connectNamespaces(caller, stranger);
    caller.run(`ip route add default via ${inside}`);
    redirect(caller, []);
    await apply(
      heddle.mesh,
      mesh('ALLOW_ALL'),
      node('web', { hostname: inside, port: ports.web }),
      service('web.local', { node: 'web' }),
      node('vault', { hostname: inside, port: ports.https, protocol: 'tcp' }),
      service('vault.local', { node: 'vault' }),
      node('caller', { backends: ['web.local', 'vault.local'] }),
    );
    const application = new URL('./fixture/remote-application.ts', import.meta.url).pathname;
    server.start('application', [process.execPath, application, 'mesh', `http=${ports.web}`, `tls=${ports.https}`]);
    stranger.start('application', [
      process.execPath,
      application,
      'other',
      ...Object.values(ports).map((port) => `tls=${port}`),
    ]);
    await startRedirectedEnvoy(stage, heddle, caller, nodeId('caller'));
    await eventually(() => server.listen('127.0.0.1', ports.https, 'ready'));
    await eventually(() => stranger.listen('127.0.0.1', ports.https, 'ready'));
  }, 60_000);

  const aws = ['sqs.eu-west-1.amazonaws.com', 's3.us-east-1.api.aws', 'sqs.cn-north-1.amazonaws.com.cn'];

  it('goes past an HTTP backend on its port, which has what is no TLS', async () => {
    expect(await caller.listen(outside, ports.web, 'shop.example')).toBe('other listens');
    const { status, body } = await caller.ask(nowhere, ports.web, 'http://web.local/');
    expect([status, (JSON.parse(body) as Seen).name]).toEqual([200, 'mesh']);
  });

  it('goes past a tcp backend on the port of HTTPS, unless it names it', async () => {
    expect(await caller.listen(outside, ports.https, 'shop.example')).toBe('other listens');
    expect(await caller.listen(nowhere, ports.https, 'vault.local')).toBe('mesh listens');
  });

  it.each(aws)('reaches %s', async (name) => {
    expect(await caller.listen(outside, ports.https, name)).toBe('other listens');
  });

  describe('where nobody may leave the mesh', () => {
    beforeAll(async () => {
      await apply(heddle.mesh, changeNode('caller', { backends: ['web.local'] }), egressFilter('DROP_ALL'));
      await eventually(() => expect(caller.listen(outside, ports.https, 'shop.example')).rejects.toThrow());
    });

    it.each(aws)('reaches %s all the same', async (name) => {
      expect(await caller.listen(outside, ports.https, name)).toBe('other listens');
    });

    it.each([
      [ports.https, 'amazonaws.com.example'],
      [ports.https, 'amazonaws.com'],
      [ports.web, 'sqs.eu-west-1.amazonaws.com'],
    ])('reaches nobody else: port %s, %s', async (port, name) => {
      await expect(caller.listen(outside, port, name)).rejects.toThrow();
    });
  });

  it('was configured without a refusal', () => {
    expect(heddle.events.filter(({ kind }) => kind === 'nacked' || kind === 'refused')).toEqual([]);
    expect(heddle.troubles).toEqual([]);
  });
});
