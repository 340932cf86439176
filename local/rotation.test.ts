// The timer of the rotation: sweeps that take long do not pile up, and the end waits for no more than the look under way.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Swept } from '#functions/rotation/handler.ts';
import { rotating } from './rotation.ts';

const nothing: Swept = { inUse: new Map(), rotated: [], failing: new Map(), unanswered: new Map() };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('sweeps again after one that took longer than the time between two, once', async () => {
  const sweeps: PromiseWithResolvers<Swept>[] = [];
  const sweep = vi.fn(() => {
    const begun = Promise.withResolvers<Swept>();
    sweeps.push(begun);
    return begun.promise;
  });
  const rotation = rotating(sweep, 1_000, () => {});
  await vi.advanceTimersByTimeAsync(5_500);
  expect(sweep).toHaveBeenCalledTimes(1);
  sweeps[0]?.resolve(nothing);
  await vi.advanceTimersByTimeAsync(400);
  expect(sweep).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sweep).toHaveBeenCalledTimes(2);
  sweeps[1]?.resolve(nothing);
  await rotation.close();
});

test('ends the sweep under way', async () => {
  const sweep = vi.fn(
    (_?: readonly string[], ended?: AbortSignal) =>
      new Promise<Swept>((resolve) => ended?.addEventListener('abort', () => resolve(nothing))),
  );
  const rotation = rotating(sweep, 1_000, () => {});
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sweep).toHaveBeenCalledTimes(1);
  await rotation.close();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sweep).toHaveBeenCalledTimes(1);
});
