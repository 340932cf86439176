// The log as an audit through the API: who changed what, a page at a time, and what was there at any time.
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyMesh } from '#events/evolve.ts';
import { meshToJson, stateSchema } from '#events/snapshot.ts';
import { createPast } from '#functions/own/past.ts';
import { pageToken } from '#functions/page-token.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { account, principals } from '#test/suites/api/principals.ts';
import { ownBench } from './own-bench.ts';

const meshName = 'm';
const arn = (key = '') => `arn:aws:appmesh:us-east-1:${account}:mesh/m${key}`;
const node = (name: string) => ({ meshName, virtualNodeName: name, spec: {} });
const route = (weights: Readonly<Record<string, number>>) => ({
  meshName,
  virtualRouterName: 'r',
  routeName: 'x',
  spec: {
    httpRoute: {
      match: { prefix: '/' },
      action: {
        weightedTargets: Object.entries(weights).map(([virtualNode, weight]) => ({ virtualNode, weight })),
      },
    },
  },
});

let bench: ReturnType<typeof ownBench>;

beforeEach(() => {
  bench = ownBench();
});

/** A mesh with nodes `blue` and `green`, a router and its route: sequences 1 to 5, a second apart. */
async function furnish(): Promise<void> {
  const steps: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['CreateMesh', { meshName }],
    ['CreateVirtualNode', node('blue')],
    ['CreateVirtualNode', node('green')],
    ['CreateVirtualRouter', { meshName, virtualRouterName: 'r', spec: {} }],
    ['CreateRoute', route({ blue: 90, green: 10 })],
  ];
  for (const [operation, input] of steps) {
    await bench.make(operation, input);
    bench.clock.now += 1000;
  }
}

const start = Date.UTC(2026, 0, 1) / 1000;
const entries = (body: unknown) => body as readonly Readonly<Record<string, unknown>>[];
const sequences = (body: unknown) => entries(body).map(({ sequence }) => sequence);

describe('the history of a resource', () => {
  it('says who changed what, when, from which client, and what differs', async () => {
    await furnish();
    await bench.make('UpdateRoute', route({ blue: 50, green: 50 }), { userAgent: 'aws-cli/2.31' });
    const { status, headers, body } = await bench.history({ resource: 'mesh/m/virtualRouter/r/route/x' });
    expect([status, headers['x-heddle-next-token']]).toEqual([200, undefined]);
    const resource = arn('/virtualRouter/r/route/x');
    const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const targets = 'spec.httpRoute.action.weightedTargets';
    expect(body).toEqual([
      {
        sequence: 6,
        time: start + 5,
        actor: principals.owner.arn,
        client: 'aws-cli/2.31',
        requestId,
        kind: 'route',
        resource,
        change: 'updated',
        version: 2,
        restored: null,
        diff: [
          { path: `${targets}[virtualNode=blue].weight`, before: 90, after: 50 },
          { path: `${targets}[virtualNode=green].weight`, before: 10, after: 50 },
        ],
      },
      {
        sequence: 5,
        time: start + 4,
        actor: principals.owner.arn,
        client: null,
        requestId,
        kind: 'route',
        resource,
        change: 'created',
        version: 1,
        restored: null,
        diff: [{ path: 'spec', after: route({ blue: 90, green: 10 }).spec }],
      },
    ]);
  });

  it('goes through all lives of its name, also when the last one has ended', async () => {
    await furnish();
    const { spec: _spec, ...named } = node('red');
    const tags = [{ key: 'team', value: 'a' }];
    await bench.make('CreateVirtualNode', { ...node('red'), tags });
    await bench.make('TagResource', { resourceArn: arn('/virtualNode/red'), tags: [{ key: 'team', value: 'b' }] });
    await bench.make('DeleteVirtualNode', named);
    await bench.make('CreateVirtualNode', node('red'));
    await bench.make('DeleteVirtualNode', named);
    const { body } = await bench.history({ resource: arn('/virtualNode/red') });
    expect(entries(body).map(({ sequence, change, version, diff }) => [sequence, change, version, diff])).toEqual([
      [10, 'deleted', 2, [{ path: 'spec', before: {} }]],
      [9, 'created', 1, [{ path: 'spec', after: {} }]],
      [
        8,
        'deleted',
        2,
        [
          { path: 'spec', before: {} },
          { path: 'tags[key=team]', before: { key: 'team', value: 'b' } },
        ],
      ],
      [7, 'tagged', 1, [{ path: 'tags[key=team].value', before: 'a', after: 'b' }]],
      [
        6,
        'created',
        1,
        [
          { path: 'spec', after: {} },
          { path: 'tags[key=team]', after: tags[0] },
        ],
      ],
    ]);
  });

  it('is, for a mesh, everything in it, the mesh made again included', async () => {
    await furnish();
    expect(entries((await bench.history({ resource: 'mesh/m' })).body).map(({ kind }) => kind)).toEqual([
      'route',
      'virtualRouter',
      'virtualNode',
      'virtualNode',
      'mesh',
    ]);
    await bench.make('CreateMesh', { meshName: 'n' });
    await bench.make('DeleteMesh', { meshName: 'n' });
    await bench.make('CreateMesh', { meshName: 'n' });
    expect(sequences((await bench.history({ resource: 'mesh/n' })).body)).toEqual([3, 2, 1]);
  });

  it('comes in pages that stay as they are while others write', async () => {
    await furnish();
    const seen: unknown[] = [];
    let nextToken: string | undefined;
    do {
      const query = { resource: 'mesh/m', limit: '2', ...(nextToken !== undefined && { nextToken }) };
      const { body, headers } = await bench.history(query);
      expect(entries(body).length).toBeLessThanOrEqual(2);
      seen.push(...sequences(body));
      nextToken = headers['x-heddle-next-token'] as string | undefined;
      await bench.make('UpdateVirtualNode', node('blue'));
    } while (nextToken !== undefined);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  it('finds the rare changes of a resource among many of others', async () => {
    await furnish();
    for (let count = 0; count < 1200; count += 1) await bench.make('UpdateVirtualNode', node('blue'));
    await bench.make('UpdateVirtualNode', node('green'));
    expect(sequences((await bench.history({ resource: 'mesh/m/virtualNode/green' })).body)).toEqual([1206, 3]);
    const newest = await bench.history({ resource: 'mesh/m/virtualNode/green', limit: '1' });
    expect(sequences(newest.body)).toEqual([1206]);
    const nextToken = String(newest.headers['x-heddle-next-token']);
    const rest = await bench.history({ resource: 'mesh/m/virtualNode/green', limit: '1', nextToken });
    expect([sequences(rest.body), rest.headers['x-heddle-next-token']]).toEqual([[3], undefined]);
  });

  it('is not found where nothing ever was', async () => {
    await furnish();
    for (const resource of ['mesh/other', 'mesh/m/virtualNode/never']) {
      const { status, headers } = await bench.history({ resource });
      expect([resource, status, headers['x-amzn-errortype']]).toEqual([resource, 404, 'NotFoundException']);
    }
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, "Value null at 'resource'"],
    [{ resource: 'virtualNode/n' }, "Value 'virtualNode/n' at 'resource'"],
    [{ resource: 'mesh/m', limit: '0' }, "Value '0' at 'limit'"],
    [{ resource: 'mesh/m', limit: '101' }, "Value '101' at 'limit'"],
    [{ resource: 'mesh/m', limit: 'all' }, "Value 'all' at 'limit'"],
    [{ resource: 'mesh/m', nextToken: 'x' }, "Value at 'nextToken'"],
    [{ resource: 'mesh/m', meshOwner: '1' }, "Value '1' at 'meshOwner'"],
    [{ resource: `mesh/m@${account}`, meshOwner: '222222222222' }, "Value '222222222222' at 'meshOwner'"],
    [{ resource: 'mesh/m', at: 'yesterday' }, "Value 'yesterday' at 'at'"],
    [{ resource: 'mesh/m', at: '2026-13-01' }, "Value '2026-13-01' at 'at'"],
    [{ resource: 'mesh/m', at: '6' }, "Value '6' at 'at'"],
  ])('refuses %j', async (query, message) => {
    await furnish();
    const { status, body } = await bench.history(query);
    expect([status, body]).toEqual([400, { message: expect.stringContaining(message) }]);
  });
});

describe('who may look', () => {
  const home = { resource: `mesh/m@${account}` };

  it('is whoever may describe all that is shown', async () => {
    await furnish();
    expect((await bench.history(home, { principal: principals.reader })).status).toBe(200);
    const denied = await bench.history(home, { principal: principals.nobody });
    expect([denied.status, denied.headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
  });

  it('is nobody who may see some of it only: there are no silent gaps', async () => {
    await furnish();
    await bench.make('CreateVirtualNode', node('paint-1'));
    const { painter: principal } = principals;
    expect((await bench.history({ resource: 'mesh/m/virtualNode/paint-1' }, { principal })).status).toBe(200);
    expect((await bench.history({ resource: 'mesh/m/virtualNode/blue' }, { principal })).status).toBe(403);
    expect((await bench.history({ resource: 'mesh/m' }, { principal })).status).toBe(403);
  });

  it('is no other account', async () => {
    await furnish();
    const { status, headers } = await bench.history(home, { principal: principals.stranger });
    expect([status, headers['x-amzn-errortype']]).toEqual([403, 'ForbiddenException']);
    const named = { resource: 'mesh/m', meshOwner: account };
    expect((await bench.history(named, { principal: principals.stranger })).status).toBe(403);
    expect((await bench.history(named)).status).toBe(200);
  });
});

describe('a mesh as it was', () => {
  const documentsAt = async (at: string, resource = 'mesh/m') => {
    const { status, body } = await bench.history({ resource, at });
    const { documents = [], ...rest } = body as { documents?: readonly { metadata: { arn: string } }[] };
    return { status, ...rest, arns: documents.map(({ metadata }) => metadata.arn.replace(arn(), '')) };
  };

  it('is shown at a sequence, each document as Describe gave it then', async () => {
    await furnish();
    const named = { meshName, virtualRouterName: 'r', routeName: 'x' };
    const path = '/v20190125/meshes/m/virtualRouter/r/routes/x';
    const { body: before } = await bench.send({ method: 'GET', path });
    await bench.make('UpdateRoute', route({ green: 1 }));
    await bench.make('DeleteRoute', named);
    const { body } = await bench.history({ resource: 'mesh/m/virtualRouter/r/route/x', at: '5' });
    expect(body).toEqual({
      resource: arn('/virtualRouter/r/route/x'),
      sequence: 5,
      time: start + 4,
      documents: [before],
    });
    expect(await documentsAt('6')).toMatchObject({
      sequence: 6,
      arns: ['', '/virtualNode/blue', '/virtualNode/green', '/virtualRouter/r', '/virtualRouter/r/route/x'],
    });
    expect(await documentsAt('7')).toMatchObject({ arns: expect.not.arrayContaining(['/virtualRouter/r/route/x']) });
  });

  it.each([
    ['2026-01-01T00:00:02Z', 3],
    ['2026-01-01T00:00:02.999', 3],
    ['2026-01-01 00:00:01', 2],
    ['2026-01-01T01:00:01+01:00', 2],
    ['2026-01-01T01:00:01+0100', 2],
    ['2025-12-31T23:00:01-01', 2],
    ['2026-01-01', 1],
    [String(start + 2), 3],
    [`${start + 2}.999`, 3],
    ['2030-01-01', 5],
  ])('is shown at the time %s', async (at, sequence) => {
    await furnish();
    expect(await documentsAt(at)).toMatchObject({ status: 200, sequence });
  });

  it('takes the last of the changes that were made at one time', async () => {
    await bench.make('CreateMesh', { meshName });
    await bench.make('CreateVirtualNode', node('blue'));
    await bench.make('CreateVirtualNode', node('green'));
    bench.clock.now += 1;
    await bench.make('CreateVirtualNode', node('red'));
    expect(await documentsAt('2026-01-01')).toMatchObject({ sequence: 3 });
  });

  it('is not found before it was made, nor while it was deleted', async () => {
    await furnish();
    await bench.make('CreateMesh', { meshName: 'n' });
    await bench.make('DeleteMesh', { meshName: 'n' });
    expect(await documentsAt('2', 'mesh/n')).toMatchObject({ status: 404 });
    expect(await documentsAt('0')).toMatchObject({ status: 404 });
    expect(await documentsAt('2025-12-31')).toMatchObject({ status: 404 });
    expect(await documentsAt('1', 'mesh/m/virtualNode/blue')).toMatchObject({ status: 404 });
  });

  it('comes in pages of one moment, whatever happens meanwhile', async () => {
    await furnish();
    const query = { resource: 'mesh/m', at: '2026-06-01', limit: '3' };
    const first = await bench.history(query);
    await bench.make('CreateVirtualNode', node('another'));
    const nextToken = String(first.headers['x-heddle-next-token']);
    const second = await bench.history({ ...query, nextToken });
    expect([first.body, second.body]).toMatchObject([{ sequence: 5 }, { sequence: 5 }]);
    expect((second.body as { documents: unknown[] }).documents).toMatchObject([
      { virtualRouterName: 'r', metadata: {} },
      { routeName: 'x' },
    ]);
    expect(second.headers['x-heddle-next-token']).toBeUndefined();
    expect((await bench.history({ ...query, at: '5', nextToken })).status).toBe(400);
  });

  it.each([
    ['x mesh', 404],
    ['-1 mesh', 404],
    ['0 mesh', 404],
    ['6 mesh', 400],
    ['1e3 mesh', 404],
    ['5 nothing', 200],
  ])('is no error of the server for a page that was made up (%s)', async (last, status) => {
    await furnish();
    const nextToken = pageToken('GetHistory', `${arn()} at 5`, last);
    expect((await bench.history({ resource: 'mesh/m', at: '5', nextToken })).status).toBe(status);
    const entriesAfter = pageToken('GetHistory', arn(), last);
    expect((await bench.history({ resource: 'mesh/m', nextToken: entriesAfter })).body).toEqual([]);
  });
});

describe('looking back', () => {
  it('begins at the newest snapshot that is not after the moment', async () => {
    const events = memoryEventStore();
    const views = memoryViewStore({ now: () => 0 });
    bench = ownBench({ events, views });
    await furnish();
    const mesh = { ...emptyMesh(account, meshName), sequence: 5, commitId: '', time: 0 };
    const reads: number[] = [];
    const counted: typeof events = {
      ...events,
      read: (stream, from, limit) => {
        reads.push(from);
        return events.read(stream, from, limit);
      },
    };
    const past = createPast(counted, views);
    const third = await past.stateAt(mesh, 3);
    expect(reads).toEqual([1]);
    await views.putSnapshot({ stream: mesh.stream, schema: stateSchema, sequence: 3, state: meshToJson(third) });
    await views.putSnapshot({
      stream: mesh.stream,
      schema: stateSchema,
      sequence: 4,
      state: meshToJson(await past.stateAt(mesh, 4)),
    });
    reads.length = 0;
    expect(meshToJson(await past.stateAt(mesh, 3))).toEqual(meshToJson(third));
    expect(reads).toEqual([3]);
  });
});
