// One poller a service, whoever asks: how often it asks, what it keeps, and what it tells.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  hasAttributes,
  type InstanceQuery,
  type InstanceRegistry,
  type KnownInstances,
  queryKey,
  type RegisteredInstance,
  type RegistryQuotas,
} from '#events/instances.ts';
import { type InstanceSource, instanceSource } from './instances.ts';
import { paced } from './pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const account = '111122223333';
const color: InstanceQuery = { account, namespaceName: 'shop', serviceName: 'color', attributes: {} };
const at = (id: string, more: object = {}): RegisteredInstance => ({
  id,
  attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' },
  ...more,
});

/** A registry in memory as Cloud Map describes its own: filters, revisions that do not move with health, failures. */
function fakeRegistry(quotas?: RegistryQuotas) {
  const services = new Map<string, { revision: number; instances: readonly RegisteredInstance[] }>();
  const calls = { revisions: 0, discoveries: 0 };
  const state = { failing: undefined as Error | undefined, refused: undefined as string | undefined };
  const answer = <A>(
    name: string,
    found: (service: { revision: number; instances: readonly RegisteredInstance[] }) => A,
  ) => {
    if (state.failing) throw state.failing;
    if (state.refused !== undefined) return { refused: state.refused };
    const service = services.get(name);
    return service === undefined ? { none: `there is no service ${name}` } : found(service);
  };
  const registry: InstanceRegistry = {
    ...(quotas && { quotas }),
    async revision({ serviceName }) {
      calls.revisions += 1;
      return answer(serviceName, ({ revision }) => revision);
    },
    async discover({ serviceName, attributes }) {
      calls.discoveries += 1;
      return answer(serviceName, ({ revision, instances }) => ({
        revision,
        instances: instances.filter((one) => hasAttributes(one, attributes)),
      }));
    },
  };
  return {
    registry,
    calls,
    state,
    services,
    /** Another revision, which need not be a greater one. */
    put(name: string, instances: readonly RegisteredInstance[], revision = (services.get(name)?.revision ?? 0) + 1) {
      services.set(name, { revision, instances });
    },
  };
}

let source: InstanceSource | undefined;
afterEach(() => source?.close());
const changed: string[] = [];
const troubles: (string | undefined)[] = [];
function started(registry: InstanceRegistry, tasks = () => 1): InstanceSource {
  changed.length = 0;
  troubles.length = 0;
  source = instanceSource({
    registry,
    tasks,
    now: Date.now,
    onChange: (key) => void changed.push(key),
    onTrouble: (_, trouble) => void troubles.push(trouble),
  });
  return source;
}
const ids = ({ instances }: KnownInstances = {}) => instances?.map(({ id }) => id);

test('finds the instances of who is followed, and tells of every change once', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  const found = started(fake.registry);
  expect(found.known(color)).toBeUndefined();
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  expect(ids(found.known(color))).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(3000);
  expect(changed).toEqual([queryKey(color)]);
  fake.put('color', [at('b')]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ids(found.known(color))).toEqual(['b']);
  expect(changed).toHaveLength(2);
});

test('asks again when the revision is another one, also a smaller', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a'), at('b')], 2);
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  fake.put('color', [at('a')], 1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ids(found.known(color))).toEqual(['a']);
});

test('asks again while answers are older than the revision', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')], 1);
  const found = started({ ...fake.registry, revision: async () => 2 });
  found.follow(color);
  await vi.advanceTimersByTimeAsync(2500);
  expect(fake.calls.discoveries).toBe(3);
  fake.put('color', [at('b')], 2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(ids(found.known(color))).toEqual(['b']);
  expect(fake.calls.discoveries).toBe(4);
});

test('makes the same calls a minute for one follower and for a thousand', async () => {
  const perMinute = async (followers: number) => {
    const fake = fakeRegistry({ revisions: 3000, discoveries: 1000 });
    fake.put('color', [at('a')]);
    const found = started(fake.registry);
    for (let index = 0; index < followers; index += 1) found.follow(color);
    await vi.advanceTimersByTimeAsync(10);
    const before = { ...fake.calls };
    await vi.advanceTimersByTimeAsync(60_000);
    found.close();
    return {
      revisions: fake.calls.revisions - before.revisions,
      discoveries: fake.calls.discoveries - before.discoveries,
    };
  };
  expect(await perMinute(1)).toEqual({ revisions: 60, discoveries: 0 });
  expect(await perMinute(1000)).toEqual({ revisions: 60, discoveries: 0 });
});

test('looks again every five seconds where health is checked', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a', { healthy: true })], 1);
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  fake.put('color', [at('b', { healthy: true })], 1);
  await vi.advanceTimersByTimeAsync(5500);
  expect(ids(found.known(color))).toEqual(['b']);
  await vi.advanceTimersByTimeAsync(60_000 - 5510);
  expect(fake.calls.discoveries).toBeLessThanOrEqual(13);
});

test('keeps to a third of the quotas, with all tasks together', async () => {
  const fake = fakeRegistry({ revisions: 30, discoveries: 10 });
  const found = started(fake.registry, () => 2);
  for (let index = 0; index < 100; index += 1) {
    fake.put(`s${index}`, [at('a')]);
    found.follow({ ...color, serviceName: `s${index}` });
  }
  await vi.advanceTimersByTimeAsync(10);
  const before = { ...fake.calls };
  for (let second = 0; second < 120; second += 1) {
    for (let index = 0; index < 100; index += 1) fake.put(`s${index}`, [at(`a${second}`)]);
    await vi.advanceTimersByTimeAsync(1000);
  }
  // A round more is what is under way when the clock is stopped.
  expect(fake.calls.revisions - before.revisions).toBeLessThanOrEqual((30 / 3 / 2) * 120 + 100);
  expect(fake.calls.discoveries - before.discoveries).toBeLessThanOrEqual((10 / 3 / 2) * 120 + 100);
});

test.each([
  [1000, undefined, 5, 1, 1000],
  [1000, 3000, 1000, 1, 1000],
  [1000, 3000, 1000, 4, 4000],
  [5000, 1000, 100, 100, 30_000],
])('waits %i ms, at a quota of %s with %i calls of %i tasks: %i', (least, quota, asked, tasks, wait) => {
  expect(paced(least, quota, { asked, tasks })).toBeCloseTo(wait);
});

test('asks once for each set of attributes', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a'), { id: 'b', attributes: { stage: 'live' } }]);
  const found = started(fake.registry);
  const live = { ...color, attributes: { stage: 'live' } };
  found.follow(color);
  found.follow(live);
  await vi.advanceTimersByTimeAsync(100);
  expect([ids(found.known(color)), ids(found.known(live))]).toEqual([['a', 'b'], ['b']]);
  expect(fake.calls.discoveries).toBe(2);
  expect(fake.calls.revisions).toBeLessThanOrEqual(2);
});

test('keeps what it found while nobody answers, says so, and takes it back', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  fake.state.failing = new Error('throttled');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ids(found.known(color))).toEqual(['a']);
  expect(found.known(color)?.trouble).toMatch(/what is known of it stays: Error: throttled/);
  fake.state.failing = undefined;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(found.known(color)).toEqual({ instances: [expect.objectContaining({ id: 'a' })] });
  expect(troubles).toEqual(['Error: throttled', undefined]);
});

test('waits a while for a first answer, and not for ever', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  fake.state.failing = new Error('away');
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(4900);
  expect(found.known(color)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(200);
  expect(found.known(color)).toEqual({ trouble: expect.stringContaining('cannot be looked up') });
  fake.state.failing = undefined;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ids(found.known(color))).toEqual(['a']);
});

test('knows no instances of a service that is not there, and finds it when it is made', async () => {
  const fake = fakeRegistry();
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  expect(found.known(color)).toEqual({ instances: [], trouble: 'there is no service color' });
  fake.put('color', [at('a')]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(found.known(color)).toEqual({ instances: [expect.objectContaining({ id: 'a' })] });
  expect(troubles).toEqual([]);
});

test('reports who may not be looked up, keeps what was known, and calls nothing lost', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  const found = started(fake.registry);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  fake.state.refused = 'no role there';
  await vi.advanceTimersByTimeAsync(1000);
  expect(found.known(color)).toEqual({ instances: [expect.objectContaining({ id: 'a' })], trouble: 'no role there' });
  expect(troubles).toEqual([]);
});

test('hears at once of what is changed here, and gathers what comes together', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  let hint = () => {};
  const watch: InstanceRegistry['watch'] = (changedHere) => {
    hint = () => changedHere(color);
    return () => {};
  };
  const found = started({ ...fake.registry, watch });
  found.follow(color);
  await vi.advanceTimersByTimeAsync(500);
  const { discoveries } = fake.calls;
  for (const id of ['b', 'c', 'd', 'e']) {
    fake.put('color', [at(id)]);
    hint();
  }
  await vi.advanceTimersByTimeAsync(60);
  expect(ids(found.known(color))).toEqual(['e']);
  expect(fake.calls.discoveries - discoveries).toBeLessThanOrEqual(2);
});

test('asks no more when the last follower is gone', async () => {
  const fake = fakeRegistry();
  fake.put('color', [at('a')]);
  const found = started(fake.registry);
  found.follow(color);
  found.follow(color);
  await vi.advanceTimersByTimeAsync(10);
  found.release(color);
  await vi.advanceTimersByTimeAsync(2000);
  const { revisions } = fake.calls;
  expect(revisions).toBeGreaterThan(1);
  found.release(color);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fake.calls.revisions).toBe(revisions);
  expect(found.known(color)).toBeUndefined();
});
