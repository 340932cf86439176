// A task sheds Envoys while it has a fifth more than the mean of those that live, and only then.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fleetViews } from '#events/fleet.ts';
import type { ViewStore } from '#events/store.ts';
import { memoryViewStore } from '#store/memory.ts';
import { type Balance, createBalance, surplus } from './balance.ts';

test.each([
  { own: 100, others: [0], goes: true },
  { own: 61, others: [39], goes: true },
  { own: 60, others: [40], goes: false },
  { own: 40, others: [60], goes: false },
  { own: 1_000, others: [], goes: false },
  { own: 130, others: [100, 80], goes: true },
  { own: 121, others: [100, 90], goes: false },
  // One Envoy more or less would only go to and fro.
  { own: 1, others: [0], goes: false },
  { own: 2, others: [1], goes: false },
  { own: 2, others: [0], goes: true },
  { own: 3, others: [2, 2], goes: false },
])('with $own streams beside $others one goes: $goes', ({ own, others, goes }) => {
  expect(surplus(own, others)).toBe(goes);
});

let views: ViewStore;
let streams: number;
let balance: Balance;
const onTrouble = vi.fn();
const beat = (task: string, value: object) =>
  views.put(fleetViews.tasks, { key: task, value, expiresAt: Date.now() + 15_000 });

beforeEach(() => {
  vi.useFakeTimers();
  onTrouble.mockReset();
  views = memoryViewStore({ now: Date.now });
  streams = 100;
  balance = createBalance({
    views: { list: (...given) => views.list(...given) },
    task: 'own',
    streams: () => streams,
    shed: () => {
      streams -= 1;
    },
    onTrouble,
  });
});
afterEach(() => {
  balance.close();
  vi.useRealTimers();
});

test('one Envoy a second goes, until the difference is a fifth of the mean', async () => {
  await beat('own', { streams: 100 });
  await beat('other', { streams: 50 });
  await vi.advanceTimersByTimeAsync(5_000);
  const before = streams;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(streams).toBe(before - 4);
  for (let second = 0; second < 60; second++) {
    await beat('other', { streams: 50 + (100 - streams) });
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(streams).toBe(90);
});

test('nobody is sent to a task that is dead, or that does not say what it has', async () => {
  await beat('dead', { streams: 0 });
  await vi.advanceTimersByTimeAsync(15_000);
  await beat('old', { at: 1 });
  streams = 100;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(streams).toBe(100);
});

test('nobody is sent anywhere while the others cannot be read', async () => {
  await beat('other', { streams: 0 });
  const { list } = views;
  views = { ...views, list: () => Promise.reject(new Error('away')) };
  await vi.advanceTimersByTimeAsync(10_000);
  expect([streams, onTrouble.mock.calls.length]).toEqual([100, 2]);
  views = { ...views, list };
  await beat('other', { streams: 0 });
  await vi.advanceTimersByTimeAsync(6_000);
  expect(streams).toBeLessThan(100);
});
