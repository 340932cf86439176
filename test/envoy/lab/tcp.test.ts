// What a node's tcp listener does with connections: servers that speak first, with TLS and without; idle ones; those that
// are over its pool. Through real Envoys.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startTcp } from '../fixture/application.ts';
import { eventually } from '../fixture/eventually.ts';
import { useStage } from '../fixture/stage.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

const file = { certificateChain: '/of/nobody.pem', privateKey: '/of/nobody-key.pem' };

describe.skipIf(envoyPath() === undefined)('a tcp listener', () => {
  const stage = useStage();
  let envoy: PlacedEnvoy;
  const ports = new Map<string, number>();

  beforeAll(async () => {
    const kinds = {
      permissive: { tls: { mode: 'PERMISSIVE', certificate: { file } } },
      strict: { tls: { mode: 'STRICT', certificate: { file } } },
      pooled: { connectionPool: { tcp: { maxConnections: 1 } } },
      idle: { timeout: { tcp: { idle: { unit: 'ms', value: 300 } } } },
    };
    const listeners: object[] = [];
    for (const [name, listener] of Object.entries(kinds)) {
      const port = await startTcp(stage, name);
      ports.set(name, port);
      listeners.push({ portMapping: { port, protocol: 'tcp' }, ...listener });
    }
    const spec = { listeners, serviceDiscovery: { dns: { hostname: '127.0.0.1' } } };
    const all = [...ports.values()];
    envoy = await startPlaced(stage, [{ virtualNodeName: 'app', spec }], 'virtualNode/app', all);
  });

  const open = (name: string): Socket => connect(ports.get(name) ?? 0, envoy.address);
  const openTls = (name: string): Socket =>
    connectTls({ port: ports.get(name) ?? 0, host: envoy.address, rejectUnauthorized: false });

  /** What the server says by itself; undefined when it hangs up without a word. */
  async function greeting(socket: Socket): Promise<string | undefined> {
    stage.defer(() => socket.destroy());
    socket.on('error', () => {});
    for await (const line of createInterface({ input: socket })) return line;
    return undefined;
  }

  // Envoy of itself would have the server wait for fifteen seconds.
  it('that is PERMISSIVE lets its server speak first, to clients of both kinds', { timeout: 10_000 }, async () => {
    expect(await greeting(open('permissive'))).toBe('permissive listens');
    expect(await greeting(openTls('permissive'))).toBe('permissive listens');
  });

  it('that is STRICT speaks to TLS alone', async () => {
    expect(await greeting(openTls('strict'))).toBe('strict listens');
    const plain = open('strict');
    plain.write('hello\n');
    // What comes is an alert of TLS.
    expect(await greeting(plain)).not.toContain('listens');
  });

  it('refuses the connection that is over its pool', async () => {
    const first = open('pooled');
    expect(await greeting(first)).toBe('pooled listens');
    expect(await greeting(open('pooled'))).toBeUndefined();
    first.destroy();
    await eventually(async () => expect(await greeting(open('pooled'))).toBe('pooled listens'));
  });

  it('ends a connection that is idle for too long', async () => {
    const socket = open('idle');
    const [ended] = [once(socket, 'close'), socket.resume()];
    await ended;
    expect(await envoy.count(/^tcp\.ingress\.tcp\.\d+\.idle_timeout$/)).toBe(1);
  });
});
