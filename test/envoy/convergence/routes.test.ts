// Routes come, go and move while requests run. App Mesh never told running Envoys of the first route of an empty
// router, and told them of a deleted one after ten minutes and more.
import { describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startHttp } from '../fixture/application.ts';
import { deleteRoute, mesh, node, route, router, service, shift } from '../fixture/documents.ts';
import { eventually } from '../fixture/eventually.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

describe.skipIf(envoyPath() === undefined).each(modes)('routes, by %s ADS', (mode) => {
  const front = useFront(mode, async (stage) => [
    mesh(),
    node('red', { port: await startHttp(stage, 'red') }),
    node('blue', { port: await startHttp(stage, 'blue') }),
    router('steady', 8080),
    route('steady', 'all', { red: 1, blue: 1 }),
    service('steady.local', { router: 'steady' }),
    router('empty', 8080),
    service('empty.local', { router: 'empty' }),
    node('front', { backends: ['steady.local', 'empty.local'] }),
  ]);

  it('serves the first route of an empty router', async () => {
    expect(await front.status('empty.local')).toBe(404);
    const beside = front.flow('steady.local');
    await front.change(route('empty', 'all', { red: 1 }));
    await eventually(async () => expect(await front.status('empty.local')).toBe(200));
    const served = front.flow('empty.local');
    await served.comesFrom('red');
    await served.ends();
    await beside.ends();
  });

  it('goes back to the routes that are left when one is deleted', async () => {
    await front.change(route('empty', 'second', { blue: 1 }));
    await front.change(deleteRoute('empty', 'all'));
    const flow = front.flow('empty.local');
    await flow.comesFrom('blue');
    await front.change(route('empty', 'all', { red: 1 }), deleteRoute('empty', 'second'));
    await flow.comesFrom('red');
    await flow.ends();
  });

  it('is without a route when the last one is deleted', async () => {
    const beside = front.flow('steady.local');
    await front.change(deleteRoute('empty', 'all'));
    await eventually(async () => expect(await front.status('empty.local')).toBe(404));
    await beside.ends();
  });

  it('moves its weights to and fro', async () => {
    const flow = front.flow('steady.local');
    for (let round = 0; round < 5; round += 1) {
      await front.change(shift('steady', 'all', { red: 1, blue: 0 }));
      await flow.comesFrom('red');
      await front.change(shift('steady', 'all', { red: 0, blue: 1 }));
      await flow.comesFrom('blue');
      await front.change(shift('steady', 'all', { red: 1, blue: 1 }));
      await flow.comesFrom('blue', 'red');
    }
    await flow.ends();
  });

  itWasConfiguredWithoutRefusal(front);
});
