// Virtual services move between providers, and backends come and go, while requests run.
import { describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startHttp } from '../fixture/application.ts';
import { changeNode, mesh, moveService, node, route, router, service } from '../fixture/documents.ts';
import { eventually } from '../fixture/eventually.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

describe.skipIf(envoyPath() === undefined).each(modes)('services, by %s ADS', (mode) => {
  const front = useFront(mode, async (stage) => [
    mesh(),
    node('red', { port: await startHttp(stage, 'red') }),
    node('blue', { port: await startHttp(stage, 'blue') }),
    router('color', 8080),
    route('color', 'all', { blue: 1 }),
    service('color.local', { node: 'red' }),
    service('other.local', { node: 'blue' }),
    node('front', { backends: ['color.local'] }),
  ]);

  it('move from a node to a router and back', async () => {
    const flow = front.flow('color.local');
    for (let round = 0; round < 3; round += 1) {
      await flow.comesFrom('red');
      await front.change(moveService('color.local', { router: 'color' }));
      await flow.comesFrom('blue');
      await front.change(moveService('color.local', { node: 'red' }));
    }
    await flow.comesFrom('red');
    await flow.ends();
  });

  it('are served beside each other when one becomes a backend, and alone when it is none any more', async () => {
    const flow = front.flow('color.local');
    for (let round = 0; round < 3; round += 1) {
      await front.change(changeNode('front', { backends: ['color.local', 'other.local'] }));
      await eventually(async () => expect(await front.status('other.local')).toBe(200));
      const beside = front.flow('other.local');
      await beside.comesFrom('blue');
      await beside.ends();
      await front.change(changeNode('front', { backends: ['color.local'] }));
      await eventually(async () => expect(await front.status('other.local')).toBe(404));
    }
    await flow.ends();
  });

  itWasConfiguredWithoutRefusal(front);
});
