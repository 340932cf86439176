// A share with more principals than can be pointed to it while a call may last: what is left stays marked, and the sweep
// goes on with it until it is done.
import { CreateResourceShareCommand } from '@aws-sdk/client-ram';
import { expect, test } from 'vitest';
import { workView } from '#functions/sharing/book.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { party } from '#test/suites/sharing/party.ts';
import { startSharing } from './in-process.ts';

test('what takes longer than a call may is found by the sweep, and by the next one', async () => {
  let [time, step] = [1_000_000_000_000, 100];
  const now = () => {
    time += step;
    return time;
  };
  const [events, views] = [memoryEventStore(), memoryViewStore({ now: () => 0 })];
  const plane = startSharing({ events, views, now });
  const principals = Array.from({ length: 500 }, (_, index) => String(600_000_000_000 + index));
  await sharingBenchOf(plane)
    .ram(party.owner)
    .send(new CreateResourceShareCommand({ name: 'many', principals }));
  const underWay = async (): Promise<number> => {
    const account = await plane.ledger.account(party.owner.accountId);
    if ('refused' in account) throw new Error(account.refused);
    const all = [...account.shares.values()].flatMap((share) => [...share.principals.values()]);
    return all.filter(({ standing }) => standing === 'offering').length;
  };
  const sweep = () =>
    plane.sweep((_account, error) => {
      throw error;
    });
  expect(await underWay()).toBe(500);
  expect(await views.list(workView)).toHaveLength(1);
  await sweep();
  expect(await underWay()).toBe(500);
  expect(await views.list(workView)).toHaveLength(1);
  step = 0;
  await sweep();
  expect(await underWay()).toBe(0);
  expect(await views.list(workView)).toEqual([]);
});
