// The fleet's status over the API: which version an Envoy runs, who is shown, and who may ask.
import { describe, expect, it } from 'vitest';
import { statusText } from '#cli/status.ts';
import { type FleetEnvoy, fleetViews, type ProxyItem } from '#events/fleet.ts';
import type { EnvoyStatus } from '#functions/own/status.ts';
import { documents } from './documents.ts';
import { arn, owner, ownUnderTest } from './own-under-test.ts';

const stream = `mesh/${owner}/m`;
const sequence = documents.length;

const envoy = (acknowledged: number | undefined, current: boolean, more: Partial<FleetEnvoy> = {}): FleetEnvoy => ({
  node: 'n',
  address: '10.0.0.1:1',
  since: 5_000,
  mode: 'delta',
  ...(acknowledged !== undefined && { acknowledged }),
  current,
  types: {},
  ...more,
});

async function started() {
  const own = ownUnderTest();
  await own.make(...documents);
  const alive = (task: string) =>
    own.views.put(fleetViews.tasks, { key: task, value: {}, expiresAt: Date.now() + 15_000 });
  const folded = (task: string, at: number) =>
    own.views.put(fleetViews.meshes, { key: `${stream}/${task}`, value: { task, folded: at } });
  const runs = (task: string, proxy: string, envoys: readonly FleetEnvoy[], more: Partial<ProxyItem> = {}) => {
    const value: ProxyItem = { task, count: envoys.length, envoys, report: [], ...more };
    return own.views.put(fleetViews.proxies, { key: `${stream}/${proxy}/${task}`, value });
  };
  const ask = async (query: Readonly<Record<string, string>> = {}, parts: object = {}) => {
    const answered = await own.call('GET', 'status', { query, ...parts });
    return { ...answered, rows: answered.body as readonly EnvoyStatus[] };
  };
  return { ...own, alive, folded, runs, ask };
}

describe('an Envoy', () => {
  it('runs what its task has folded once it has acknowledged the newest that there is for it', async () => {
    const { alive, folded, runs, ask } = await started();
    await alive('one');
    await folded('one', sequence);
    await runs('one', 'virtualNode/red', [envoy(2, true)]);
    const { rows } = await ask();
    expect(rows).toEqual([
      {
        resource: arn('virtualNode/red'),
        node: 'n',
        address: '10.0.0.1:1',
        since: 5,
        mode: 'delta',
        sequence,
        newest: sequence,
        types: {},
        report: [],
      },
    ]);
  });

  it.each([
    ['what it acknowledged while more is on its way', envoy(2, false), 2],
    ['what its task has folded, which may not be the newest', envoy(2, true), sequence - 1],
    ['nothing before it has acknowledged anything', envoy(undefined, false), undefined],
  ])('runs %s', async (_, one, expected) => {
    const { alive, folded, runs, ask } = await started();
    await alive('one');
    await folded('one', sequence - 1);
    await runs('one', 'virtualNode/red', [one]);
    expect((await ask()).rows.map((row) => row.sequence)).toEqual([expected]);
    expect((await ask({ below: 'newest' })).rows).toHaveLength(1);
  });

  it('is shown with what it refuses and what was left out', async () => {
    const { alive, runs, ask } = await started();
    await alive('one');
    const nack = { message: 'bad', names: ['x'], at: 7_000 };
    const report = [{ resource: 'virtualNode/red', member: 'spec.a', reason: 'no' }];
    await runs('one', 'virtualNode/red', [envoy(2, false, { types: { rds: { sent: '3', nack } } })], { report });
    expect((await ask()).rows).toMatchObject([{ types: { rds: { sent: '3', nack: { ...nack, at: 7 } } }, report }]);
  });

  it('that was turned away lately is shown with the reason, and nobody waits for it', async () => {
    const { alive, views, ask } = await started();
    await alive('one');
    const why = { code: 7, message: 'Account 2 has no access', caller: 'arn:aws:iam::2:user/ann' };
    const value = [{ node: 'n', address: '10.0.0.1:1', mode: 'delta', ...why, at: 9_000 }];
    await views.put(fleetViews.turnedAway, { key: `${stream}/virtualNode/red/one`, value });
    const { rows } = await ask({ resource: 'mesh/m/virtualNode/red' });
    expect(rows).toMatchObject([{ resource: arn('virtualNode/red'), refused: { ...why, at: 9 } }]);
    expect(statusText(rows)).toContain('turned away arn:aws:iam::2:user/ann (gRPC status 7): Account 2 has no access');
    expect((await ask({ below: 'newest' })).rows).toEqual([]);
  });

  it('is not shown when its task is dead', async () => {
    const { runs, ask } = await started();
    await runs('dead', 'virtualNode/red', [envoy(2, true)]);
    expect((await ask()).rows).toEqual([]);
  });
});

describe('the Envoys', () => {
  async function three() {
    const own = await started();
    await own.alive('one');
    await own.alive('two');
    await own.folded('one', sequence);
    await own.folded('two', sequence - 2);
    await own.runs('one', 'virtualNode/front', [envoy(sequence, true)]);
    await own.runs('one', 'virtualNode/red', [envoy(2, true)]);
    await own.runs('two', 'virtualNode/blue', [envoy(3, true)], { count: 4 });
    return own;
  }
  const names = (rows: readonly EnvoyStatus[]) => rows.map(({ resource }) => resource.split('/').at(-1));

  it.each([
    ['mesh/m', ['blue', 'front', 'red']],
    [arn('virtualNode/red'), ['red']],
    ['mesh/m/virtualRouter/paint/route/all', ['front']],
    ['mesh/m/virtualService/paint.local', ['front']],
  ])('of %s are those that it concerns', async (resource, expected) => {
    const { ask } = await three();
    expect(names((await ask({ resource })).rows)).toEqual(expected);
  });

  it('below a sequence are those that run less, with how many more there are', async () => {
    const { ask } = await three();
    expect(names((await ask({ below: 'newest' })).rows)).toEqual(['blue']);
    expect((await ask({ below: String(sequence - 1) })).rows).toMatchObject([{ unlisted: 3 }]);
    expect((await ask({ below: String(sequence - 2) })).rows).toEqual([]);
    expect(await ask({ below: 'now' })).toMatchObject({ status: 400 });
  });

  it('are shown to who may describe the resource', async () => {
    const { ask } = await three();
    const allowed = [{ Effect: 'Allow', Action: 'appmesh:DescribeVirtualNode', Resource: arn('virtualNode/red') }];
    expect((await ask({ resource: 'mesh/m/virtualNode/red' }, { allowed })).status).toBe(200);
    expect((await ask({ resource: 'mesh/m/virtualNode/blue' }, { allowed })).error).toBe('AccessDeniedException');
    expect((await ask({}, { allowed })).error).toBe('AccessDeniedException');
    expect((await ask({ resource: 'mesh/m/virtualNode/none' })).error).toBe('NotFoundException');
    expect((await ask({ resource: `mesh/m@${owner}` }, { account: '444455556666' })).error).toBe('ForbiddenException');
  });

  it('of no resource are those of all meshes that the caller may describe', async () => {
    const { ask, make } = await three();
    await make({ meshName: 'n' });
    const allowed = [{ Effect: 'Allow', Action: 'appmesh:DescribeMesh', Resource: arn('mesh') }];
    expect((await ask({}, { allowed })).rows).toHaveLength(3);
    expect((await ask({}, { account: '444455556666' })).rows).toEqual([]);
  });
});
