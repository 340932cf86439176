// A node changes where and how it is reached while requests run to it.
import { describe, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startBothVersions, startHttp } from '../fixture/application.ts';
import { changeNode, deleteNode, mesh, node, route, router, service, shift } from '../fixture/documents.ts';
import { ownAddress } from '../fixture/envoy.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

describe.skipIf(envoyPath() === undefined).each(modes)('a node, by %s ADS', (mode) => {
  const first = ownAddress();
  let ports: { readonly old: number; readonly new: number; readonly both: number };
  const front = useFront(mode, async (stage) => {
    ports = {
      old: await startHttp(stage, 'old port'),
      new: await startHttp(stage, 'new port'),
      both: await startBothVersions(stage, 'both'),
    };
    return [
      mesh(),
      node('moving', { port: ports.old }),
      service('moving.local', { node: 'moving' }),
      router('moving', 8080),
      route('moving', 'all', { moving: 1 }),
      service('routed.local', { router: 'moving' }),
      node('both', { port: ports.both }),
      service('both.local', { node: 'both' }),
      node('front', { backends: ['moving.local', 'routed.local', 'both.local'] }),
    ];
  });

  it('changes its port', async () => {
    const flows = [front.flow('moving.local'), front.flow('routed.local')];
    const all = async (name: string) => {
      for (const flow of flows) await flow.comesFrom(name);
    };
    await all('old port');
    await front.change(changeNode('moving', { port: ports.new }));
    await all('new port');
    await front.change(changeNode('moving', { port: ports.old }));
    await all('old port');
    for (const flow of flows) await flow.ends();
  });

  it('changes its name in DNS', async () => {
    await startHttp(front.stage, 'elsewhere', { address: first, port: ports.old });
    const flow = front.flow('routed.local');
    await flow.comesFrom('old port');
    await front.change(changeNode('moving', { hostname: first, port: ports.old }));
    await flow.comesFrom('elsewhere');
    await front.change(changeNode('moving', { hostname: 'localhost', port: ports.old }));
    await flow.comesFrom('old port');
    await flow.ends();
  });

  it('changes its listener’s protocol', async () => {
    const flow = front.flow('both.local');
    await flow.comesFrom('both by HTTP/1');
    await front.change(changeNode('both', { port: ports.both, protocol: 'http2' }));
    await flow.comesFrom('both by HTTP/2');
    await front.change(changeNode('both', { port: ports.both }));
    await flow.comesFrom('both by HTTP/1');
    await flow.ends();
  });

  it('is deleted and made again, once nothing is sent to it', async () => {
    const port = await startHttp(front.stage, 'brief');
    const flow = front.flow('routed.local');
    for (let round = 0; round < 3; round += 1) {
      await front.change(node('brief', { port }), shift('moving', 'all', { brief: 1 }));
      await flow.comesFrom('brief');
      await front.change(shift('moving', 'all', { moving: 1 }), deleteNode('brief'));
      await flow.comesFrom('old port');
    }
    await flow.ends();
  });

  itWasConfiguredWithoutRefusal(front);
});
