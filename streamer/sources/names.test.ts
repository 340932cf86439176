// Names are looked up as long as someone wants them, and what was found outlives whoever told it.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LookUp, nameSource } from './names.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const started = (lookUp: LookUp) => {
  const changed: string[] = [];
  const names = nameSource({ onChange: (name) => changed.push(name), lookUp, interval: 1000 });
  return { names, changed };
};

it('finds a name that is followed, and says so once', async () => {
  const { names, changed } = started(async () => ['10.0.0.2', '10.0.0.1', '10.0.0.2']);
  expect(names.addresses('db.local')).toEqual([]);
  names.follow('db.local');
  await vi.advanceTimersByTimeAsync(5000);
  expect(names.addresses('db.local')).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(changed).toEqual(['db.local']);
  names.close();
});

it('keeps what it found while nobody answers', async () => {
  const answers = [['10.0.0.1'], undefined, ['10.0.0.3']];
  const { names, changed } = started(async () => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error('nobody answers');
    return answer;
  });
  names.follow('db.local');
  await vi.advanceTimersByTimeAsync(1500);
  expect(names.addresses('db.local')).toEqual(['10.0.0.1']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(names.addresses('db.local')).toEqual(['10.0.0.3']);
  expect(changed).toEqual(['db.local', 'db.local']);
  names.close();
});

it('asks no more when the last follower is gone', async () => {
  const lookUp = vi.fn(async () => ['10.0.0.1']);
  const { names } = started(lookUp);
  names.follow('db.local');
  names.follow('db.local');
  names.release('db.local');
  await vi.advanceTimersByTimeAsync(1500);
  expect(lookUp).toHaveBeenCalledTimes(2);
  names.release('db.local');
  await vi.advanceTimersByTimeAsync(5000);
  expect(lookUp).toHaveBeenCalledTimes(2);
  expect(names.addresses('db.local')).toEqual([]);
  names.close();
});

it('forgets an answer to an older question', async () => {
  const answers: ((found: readonly string[]) => void)[] = [];
  const { names } = started(() => new Promise((resolve) => void answers.push(resolve)));
  names.follow('db.local');
  await vi.advanceTimersByTimeAsync(1000);
  answers[1]?.(['10.0.0.2']);
  answers[0]?.(['10.0.0.1']);
  await vi.advanceTimersByTimeAsync(0);
  expect(names.addresses('db.local')).toEqual(['10.0.0.2']);
  names.close();
});
