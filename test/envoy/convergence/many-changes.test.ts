// A hundred changes in ten seconds, of every kind: nothing is lost on the way, and what was said last is what is served.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { startHttp } from '../fixture/application.ts';
import {
  changeNode,
  deleteRoute,
  mesh,
  moveService,
  node,
  route,
  router,
  type Step,
  service,
  shift,
} from '../fixture/documents.ts';
import { itWasConfiguredWithoutRefusal, modes, useFront } from './front.ts';

const changes = 100;
const pause = 100;

describe.skipIf(envoyPath() === undefined).each(modes)('a hundred changes, by %s ADS', (mode) => {
  let ports: readonly [number, number];
  const front = useFront(mode, async (stage) => {
    ports = [await startHttp(stage, 'one'), await startHttp(stage, 'another')];
    return [
      mesh(),
      node('red', { port: await startHttp(stage, 'red') }),
      node('moving', { port: ports[0] }),
      router('color', 8080),
      route('color', 'all', { red: 1, moving: 1 }),
      service('color.local', { router: 'color' }),
      service('other.local', { node: 'red' }),
      node('front', { backends: ['color.local'] }),
    ];
  });

  it('arrive without a failed request, the last one last', async () => {
    const kinds: readonly ((round: number) => Step)[] = [
      (round) => shift('color', 'all', { red: round, moving: 1 }),
      (round) => changeNode('moving', { port: ports[round % 2] ?? 0 }),
      () => route('color', 'more', { moving: 1 }, '/more'),
      () => moveService('color.local', { node: 'moving' }),
      () => changeNode('front', { backends: ['color.local', 'other.local'] }),
      (round) => changeNode('moving', { port: ports[round % 2] ?? 0, hostname: 'localhost' }),
      () => moveService('color.local', { router: 'color' }),
      () => changeNode('front', { backends: ['color.local'] }),
      () => deleteRoute('color', 'more'),
      (round) => shift('color', 'all', { red: 1, moving: round }),
    ];
    const flow = front.flow('color.local');
    for (let change = 0; change < changes; change += 1) {
      const step = kinds[change % kinds.length];
      if (step !== undefined) await front.change(step(1 + Math.floor(change / kinds.length)));
      await sleep(pause);
    }
    await front.change(changeNode('moving', { port: ports[1] }), shift('color', 'all', { moving: 1 }));
    await flow.comesFrom('another');
    await flow.ends();
  }, 60_000);

  itWasConfiguredWithoutRefusal(front);
});
