// Who may have a key, several tasks upon the same views: what one was told serves another while nobody answers, not for ever.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ViewStore } from '#events/store.ts';
import { memoryViewStore } from '#store/memory.ts';
import { grantLooks } from './grants.ts';
import type { ExportCheck } from './secret-looks.ts';

const hour = 3_600_000;
const caller = { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:role/envoy' };
const want = { kind: 'grant', caller, arn: 'arn:aws:acm:us-east-1:111111111111:certificate/c' } as const;
let time: number;
let views: ViewStore;
const now = () => time;
const task = (mayExport: ExportCheck, upon: Pick<ViewStore, 'get' | 'put'> = views) =>
  grantLooks({ mayExport, views: upon, now });
const silent: ExportCheck = () => Promise.reject(new Error('IAM is silent'));

beforeEach(() => {
  time = 1_000_000;
  views = memoryViewStore({ now });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a task that starts while nobody answers goes by what another was told, and asks on', async () => {
  await task(async () => true)(want, undefined);
  const { found, again } = await task(silent)(want, undefined);
  expect([found, again]).toEqual([{ allowed: true }, time]);
  await expect(task(silent)(want, found)).rejects.toThrow('IAM is silent');
  const another = { ...want, caller: { ...caller, arn: `${caller.arn}-2` } };
  await expect(task(silent)(another, undefined)).rejects.toThrow('IAM is silent');
});

test('whoever takes too long is not waited for where the answer before is known', async () => {
  vi.useFakeTimers();
  await task(async () => true)(want, undefined);
  const looked = task(() => new Promise(() => {}))(want, undefined);
  await vi.advanceTimersByTimeAsync(3_000);
  expect((await looked).found).toEqual({ allowed: true });
});

test('what was taken back is given to nobody, whatever was said before', async () => {
  const answers = [true, false];
  const look = task(async () => answers.shift() ?? expect.unreachable());
  const { found } = await look(want, undefined);
  expect((await look(want, found)).found).toEqual({ allowed: false });
  await expect(task(silent)(want, undefined)).rejects.toThrow('IAM is silent');
});

test('it is good for twelve hours after it was last said, of which each hour is noted once', async () => {
  let puts = 0;
  const counting = {
    get: views.get,
    put: (...entry: Parameters<ViewStore['put']>) => {
      puts += 1;
      return views.put(...entry);
    },
  };
  const look = task(async () => true, counting);
  let { found } = await look(want, undefined);
  for (let minutes = 0; minutes < 120; minutes += 1) {
    time += 60_000;
    ({ found } = await look(want, found));
  }
  expect(puts).toBe(3);
  time += 11.9 * hour;
  expect((await task(silent)(want, undefined)).found).toEqual({ allowed: true });
  time += 0.2 * hour;
  await expect(task(silent)(want, undefined)).rejects.toThrow('IAM is silent');
});

test('an answer holds though it cannot be noted', async () => {
  const put = () => Promise.reject(new Error('no table'));
  expect((await task(async () => true, { get: views.get, put })(want, undefined)).found).toEqual({ allowed: true });
});
