// A real Envoy with all that a proxy of a mesh is told, in one piece and on an address of its own: what the translation
// means, without a control plane between.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { Key } from '#events/names.ts';
import { bootstrapAsJson } from '#streamer/envoy/json.ts';
import { staticBootstrap } from '#streamer/envoy/static.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import type { Surroundings } from '#streamer/graph/surroundings.ts';
import { envoyPath } from '#test/setup/tools.ts';
import { meshFrom } from '#tools/golden/mesh.ts';
import { egressPort, ownAddress } from '../fixture/envoy.ts';
import { eventually } from '../fixture/eventually.ts';
import { request } from '../fixture/request.ts';
import type { Stage } from '../fixture/stage.ts';
import type { Document } from './documents.ts';

export interface PlacedEnvoy {
  /** The address that it binds: the egress listener on 15001, the listeners of the proxy on their own ports. */
  readonly address: string;
  readonly egressPort: number;
  /** The sum of the statistics whose names match, 0 before anything was counted. */
  count(statistic: RegExp): Promise<number>;
}

/**
 * Starts the Envoy of `proxy` (a key in the mesh of the documents); `ports` are those of its listeners, `reported` the
 * resources of which something is not served, `setting` what else its bootstrap says.
 */
export async function startPlaced(
  stage: Stage,
  documents: readonly Document[],
  proxy: Key,
  ports: readonly number[] = [],
  reported: readonly Key[] = [],
  surroundings: Surroundings = {},
  setting: object = {},
): Promise<PlacedEnvoy> {
  const address = ownAddress();
  const mesh = meshFrom(stringify([{ meshName: 'm' }, ...documents.map((one) => ({ meshName: 'm', ...one }))]));
  const inbound = new Map(ports.map((port) => [port, port]));
  const { graph, report } = proxyGraph(mesh, proxy, { bind: address, egressPort, inbound }, surroundings);
  expect(report.map(({ resource }) => resource)).toEqual(reported);
  const name = `${proxy.replaceAll('/', '-')}-${address}`;
  const file = (ending: string): string => join(stage.folder(), `${name}.${ending}`);
  const admin = { address: { socketAddress: { address: '127.0.0.1', portValue: 0 } } };
  const bootstrap = bootstrapAsJson(staticBootstrap(graph)) as Readonly<Record<string, unknown>>;
  writeFileSync(file('json'), JSON.stringify({ ...bootstrap, ...setting, admin }));
  const command = [envoyPath() ?? 'envoy', '-c', file('json'), '--admin-address-path', file('admin')];
  stage.start(name, [...command, '--disable-hot-restart', '--concurrency', '1', '-l', 'info']);

  async function ask(path: string): Promise<string> {
    if (!existsSync(file('admin'))) return 'not there yet';
    const [host = '', port] = readFileSync(file('admin'), 'utf8').trim().split(':');
    return (await request({ host, port: Number(port), path })).body;
  }
  await eventually(async () => expect(await ask('/ready')).toBe('LIVE\n'));
  return {
    address,
    egressPort,
    async count(statistic) {
      const lines = (await ask('/stats')).split('\n').map((line) => line.split(': '));
      return lines.reduce((sum, [key = '', value]) => (statistic.test(key) ? sum + Number(value) : sum), 0);
    },
  };
}
