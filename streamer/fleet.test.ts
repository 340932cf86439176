// What a task tells of its Envoys: when it writes, in which order, and what an item holds.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FoldedMesh, fleetViews, type ProxyItem } from '#events/fleet.ts';
import type { ViewStore } from '#events/store.ts';
import { memoryViewStore } from '#store/memory.ts';
import { createFleet, type Fleet, resourceOf } from './fleet.ts';
import type { ProxyView } from './proxies.ts';
import { forEachType } from './xds/order.ts';
import type { StreamStatus } from './xds/status.ts';

const mesh = 'mesh/111122223333/m';
const front = { stream: mesh, proxy: 'virtualNode/front' };

let streams: StreamStatus[];
let proxies: ProxyView[];
let folded: number | undefined;
let views: ViewStore;
let fleet: Fleet;
const trouble = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  [streams, proxies, folded] = [[], [], undefined];
  trouble.mockReset();
  views = memoryViewStore({ now: Date.now });
  fleet = start(views);
});
afterEach(() => vi.useRealTimers());

const start = (store: ViewStore): Fleet =>
  createFleet({
    views: store,
    task: 'one',
    now: Date.now,
    streams: () => streams,
    proxies: () => proxies,
    folded: () => folded,
    onTrouble: trouble,
  });

function view(more: Partial<ProxyView> = {}): ProxyView {
  return {
    ...front,
    current: () => undefined,
    subscribe: () => () => {},
    report: () => [],
    failed: () => false,
    waits: () => false,
    ...more,
  };
}

function envoy(number: number, sequence: StreamStatus['sequence'], more: Partial<StreamStatus> = {}): StreamStatus {
  return {
    stream: number,
    resource: resourceOf(front),
    node: `node-${number}`,
    peer: `127.0.0.1:${number}`,
    mode: 'delta',
    since: 1000,
    ...(sequence && { sequence }),
    types: forEachType(() => ({})),
    ...more,
  };
}

const item = async () =>
  (await views.get(fleetViews.proxies, `${resourceOf(front)}/one`))?.value as ProxyItem | undefined;
const told = async () => (await views.get(fleetViews.meshes, `${mesh}/one`))?.value as FoldedMesh | undefined;

test('a task is alive for fifteen seconds after its last sign', async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await views.get(fleetViews.tasks, 'one')).toBeDefined();
  await fleet.close();
  expect(await views.list(fleetViews.tasks)).toEqual([]);
  fleet = start(views);
  await vi.advanceTimersByTimeAsync(1);
  vi.setSystemTime(Date.now() + 14_000);
  expect(await views.list(fleetViews.tasks)).toHaveLength(1);
  vi.setSystemTime(Date.now() + 1_000);
  expect(await views.list(fleetViews.tasks)).toEqual([]);
});

test('a change is told soon, and those that follow it once a second', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 1, sent: 1 })], [view()], 1];
  const put = vi.spyOn(views, 'putAll');
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  expect(await item()).toMatchObject({ task: 'one', count: 1 });
  expect(await told()).toEqual({ task: 'one', folded: 1 });
  const writes = () => put.mock.calls.filter(([name]) => name === fleetViews.proxies).length;
  for (let change = 0; change < 20; change += 1) {
    fleet.touched(resourceOf(front));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(writes()).toBeLessThanOrEqual(4);
});

test('a commit that concerns nobody here writes how far the mesh is folded, and no item', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 4, acked: 4 })], [view()], 4];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  const put = vi.spyOn(views, 'putAll');
  folded = 9;
  fleet.moved(mesh);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(put.mock.calls.map(([name]) => name)).toEqual([fleetViews.meshes]);
  expect(await told()).toEqual({ task: 'one', folded: 9 });
});

test('no sequence is told before the items that have caught up with it, even when a write fails', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 2, acked: 2 })], [view()], 2];
  const put = vi.spyOn(views, 'putAll').mockRejectedValueOnce(new Error('throttled'));
  fleet.touched(resourceOf(front));
  fleet.moved(mesh);
  await vi.advanceTimersByTimeAsync(100);
  expect(trouble).toHaveBeenCalledOnce();
  expect(await told()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await item()).toMatchObject({ envoys: [{ current: true }] });
  expect(await told()).toEqual({ task: 'one', folded: 2 });
  const written = put.mock.calls.map(([name]) => name);
  expect(written).toEqual([fleetViews.proxies, fleetViews.proxies, fleetViews.meshes]);
});

test('views that cannot be written are told of once, and once when they are well again', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 2, acked: 2 })], [view()], 2];
  const away = new Error('away');
  const failing = [vi.spyOn(views, 'putAll').mockRejectedValue(away), vi.spyOn(views, 'put').mockRejectedValue(away)];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(trouble.mock.calls).toEqual([[away]]);
  for (const spy of failing) spy.mockRestore();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(trouble.mock.calls).toEqual([[away], [undefined]]);
  expect(await item()).toMatchObject({ envoys: [{ current: true }] });
});

test('a whole fleet that changed is written in few groups, between which everybody has their turn', async () => {
  const many = Array.from({ length: 60 }, (_, number) => ({ ...front, proxy: `virtualNode/${number}` }));
  [proxies, folded] = [many.map((one) => view(one)), 2];
  streams = many.map((one, number) => envoy(number, { newest: 2 }, { resource: resourceOf(one) }));
  const groups: string[] = [];
  const group = (what: string, count: number) => {
    groups.push(`${what} ${count}`);
    setImmediate(() => groups.push('a turn'));
  };
  vi.spyOn(views, 'putAll').mockImplementation(async (name, entries) => group(name, entries.length));
  vi.spyOn(views, 'deleteAll').mockImplementation(async (name, keys) => group(`no more ${name}`, keys.length));
  for (const one of many) fleet.touched(resourceOf(one));
  await vi.advanceTimersByTimeAsync(100);
  const three = (what: string) => [25, 25, 10].flatMap((count) => [`${what} ${count}`, 'a turn']);
  const items = three(fleetViews.proxies).slice(0, -1);
  await vi.waitFor(() => expect(groups).toEqual([...items, `${fleetViews.meshes} 1`, 'a turn', 'a turn']));

  groups.length = 0;
  [streams, proxies, folded] = [[], [], undefined];
  for (const one of many) fleet.touched(resourceOf(one));
  await vi.advanceTimersByTimeAsync(1_000);
  const gone = three(`no more ${fleetViews.proxies}`).slice(0, -1);
  await vi.waitFor(() => expect(groups).toEqual([...gone, `no more ${fleetViews.meshes} 1`, 'a turn', 'a turn']));
});

test('with the last Envoy of a proxy its item goes, and with the last proxy of a mesh the sequence', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 2, acked: 2 })], [view()], 2];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  [streams, proxies, folded] = [[], [], undefined];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(1_000);
  expect([await item(), await told()]).toEqual([undefined, undefined]);
});

test('an item shows the slowest first, with what it refused, and the report', async () => {
  const nack = { message: 'bad regex', names: ['rds_a'], version: '8', at: 5000 };
  const refusing = envoy(
    2,
    { newest: 8, sent: 8, acked: 7 },
    { types: { ...forEachType(() => ({})), route: { sent: '8', acked: '7', nack } } },
  );
  streams = [envoy(1, { newest: 8, sent: 8, acked: 8 }), refusing, envoy(3, { newest: 8, sent: 8 })];
  proxies = [view({ report: () => [{ resource: 'route/x', member: 'spec.a', reason: 'no' }] })];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  const shown = await item();
  expect(shown?.envoys.map(({ node, acknowledged, current }) => [node, acknowledged, current])).toEqual([
    ['node-3', undefined, false],
    ['node-2', 7, false],
    ['node-1', 8, true],
  ]);
  expect(shown?.envoys[1]?.types).toEqual({
    rds: { sent: '8', acked: '7', nack: { message: 'bad regex', names: ['rds_a'], at: 5000 } },
  });
  expect(shown?.report).toEqual([{ resource: 'route/x', member: 'spec.a', reason: 'no' }]);
});

test('an Envoy whose translation failed is not taken for one that runs the newest', async () => {
  [streams, proxies, folded] = [[envoy(1, { newest: 2, acked: 2 })], [view({ failed: () => true })], 3];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  const shown = await item();
  expect(shown?.envoys[0]?.current).toBe(false);
  expect(shown?.report[0]?.resource).toBe('virtualNode/front');
});

test('an item stays small however many Envoys refuse', async () => {
  const nack = { message: 'x'.repeat(1024), version: '8', at: 1 };
  const types = forEachType(() => ({ sent: '8', acked: '7', nack }));
  streams = Array.from({ length: 3_000 }, (_, number) => envoy(number, { newest: 8, acked: 7 }, { types }));
  proxies = [view()];
  fleet.touched(resourceOf(front));
  await vi.advanceTimersByTimeAsync(100);
  const shown = await item();
  expect(shown?.count).toBe(3_000);
  expect(shown?.envoys.length).toBeGreaterThan(10);
  expect(JSON.stringify(shown).length).toBeLessThan(300_000);
});
