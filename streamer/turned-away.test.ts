// Who was turned away is seen until it is let in, or has not tried for a while; and whoever tries everything fills nothing.
import { beforeEach, expect, test } from 'vitest';
import { fleetViews, type TurnedAway } from '#events/fleet.ts';
import type { ViewStore } from '#events/store.ts';
import { memoryViewStore } from '#store/memory.ts';
import { createTurnedAway, type TurnedAwayEnvoys } from './turned-away.ts';
import type { StreamHappening } from './xds/status.ts';

const resource = 'mesh/111111111111/m/virtualNode/a';
let time: number;
let views: ViewStore;
let envoys: TurnedAwayEnvoys;

beforeEach(() => {
  time = 1_000_000;
  views = memoryViewStore({ now: () => time });
  envoys = createTurnedAway({
    views,
    task: 'task',
    now: () => time,
    onTrouble(error) {
      throw error;
    },
  });
});

let ports = 1000;
function happens(happening: StreamHappening, of = resource, host = '127.0.0.1'): void {
  ports += 1;
  const facts = { stream: ports, requestId: 'id', peer: `${host}:${ports}`, mode: 'delta', caller: 'ann' } as const;
  envoys.happened({ ...facts, node: 'mesh/m/virtualNode/a', resource: of, ...happening });
}
const refused = (message: string) => ({ kind: 'refused', code: 7, message }) as const;
async function seen(): Promise<readonly TurnedAway[]> {
  await envoys.close();
  return (await views.list(fleetViews.turnedAway)).flatMap(({ value }) => value as readonly TurnedAway[]);
}

test('an Envoy that tries again and again is there once, with the newest reason', async () => {
  happens(refused('one'));
  time += 2_000;
  happens(refused('two'));
  happens(refused('other'), resource, '127.0.0.2');
  expect(await seen()).toMatchObject([
    { message: 'two', code: 7, caller: 'ann', at: time },
    { message: 'other', address: expect.stringContaining('127.0.0.2:') },
  ]);
});

test('it is there no more once it is let in, or has not tried for ten minutes', async () => {
  happens(refused('one'));
  expect(await seen()).toHaveLength(1);
  happens({ kind: 'opened' });
  expect(await seen()).toEqual([]);
  happens(refused('two'));
  expect(await seen()).toHaveLength(1);
  time += 600_001;
  expect(await seen()).toEqual([]);
});

test('streams of unknown resources are left to the log', async () => {
  envoys.happened({
    stream: 1,
    requestId: 'id',
    peer: 'a:1',
    mode: 'delta',
    ...refused('Missing Authentication Token'),
  });
  expect(await seen()).toEqual([]);
});

test('a thousand resources, and twenty Envoys of each, are all that is kept', async () => {
  for (let at = 0; at < 1_100; at += 1) happens(refused('no'), `${resource}-${at}`);
  for (let at = 0; at < 30; at += 1) happens(refused('no'), `${resource}-1099`, `10.0.0.${at}`);
  expect(await seen()).toHaveLength(999 + 20);
});
