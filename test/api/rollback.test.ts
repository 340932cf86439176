// The way back: an old spec becomes a new version, by the same rules and policies as any other change.
import { beforeEach, describe, expect, it } from 'vitest';
import { account, principals } from '#test/suites/api/principals.ts';
import { ownBench } from './own-bench.ts';

const meshName = 'm';
const arn = (key: string) => `arn:aws:appmesh:us-east-1:${account}:mesh/m/${key}`;
const node = (name: string, hostname?: string) => ({
  meshName,
  virtualNodeName: name,
  spec: hostname === undefined ? {} : { serviceDiscovery: { dns: { hostname } } },
});
const route = (virtualNode: string) => ({
  meshName,
  virtualRouterName: 'r',
  routeName: 'x',
  spec: {
    httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode, weight: 1 }] } },
  },
});
const resource = 'mesh/m/virtualRouter/r/route/x';

let bench: ReturnType<typeof ownBench>;

beforeEach(async () => {
  bench = ownBench();
  await bench.make('CreateMesh', { meshName });
  await bench.make('CreateVirtualNode', { ...node('red', 'a'), tags: [{ key: 'team', value: 'a' }] });
  await bench.make('CreateVirtualNode', node('blue', 'a'));
  await bench.make('CreateVirtualRouter', { meshName, virtualRouterName: 'r', spec: {} });
  await bench.make('CreateRoute', route('red'));
  await bench.make('UpdateRoute', route('blue'));
});

const withName = (name: string) => ({ meshName, virtualNodeName: name });
const refusalOf = async (body: unknown, principal = principals.owner) => {
  const answer = await bench.rollback(body, { principal });
  return [answer.status, answer.headers['x-amzn-errortype'], (answer.body as { message?: string }).message];
};

describe('rolling back', () => {
  it('appends the old spec as a new version, and answers as an update does', async () => {
    const { status, headers, body } = await bench.rollback({ resource, to: 5 }, { userAgent: 'heddle/1' });
    expect([status, headers['x-heddle-sequence']]).toEqual([200, '7']);
    expect(body).toMatchObject({ routeName: 'x', spec: route('red').spec, metadata: { version: 3 } });
    const path = '/v20190125/meshes/m/virtualRouter/r/routes/x';
    expect((await bench.send({ method: 'GET', path })).body).toEqual(body);
    const { body: history } = await bench.history({ resource, limit: '2' });
    expect(history).toMatchObject([
      { sequence: 7, change: 'updated', version: 3, client: 'heddle/1', restored: 5 },
      { sequence: 6, change: 'updated', restored: null },
    ]);
  });

  it('takes the spec as it stood at the sequence, wherever that was written', async () => {
    await bench.make('UpdateVirtualNode', node('blue', 'b'));
    const { body } = await bench.rollback({ resource: arn('virtualNode/blue'), to: 6 });
    expect(body).toMatchObject({ spec: node('blue', 'a').spec, metadata: { version: 3 } });
  });

  it('leaves the tags as they are', async () => {
    await bench.make('TagResource', { resourceArn: arn('virtualNode/red'), tags: [{ key: 'team', value: 'b' }] });
    await bench.rollback({ resource: 'mesh/m/virtualNode/red', to: 2 });
    const query = { resourceArn: arn('virtualNode/red') };
    expect((await bench.send({ method: 'GET', path: '/v20190125/tags', query })).body).toMatchObject({
      tags: [{ key: 'team', value: 'b' }],
    });
  });

  it('makes anew what was deleted, with its old spec and tags', async () => {
    const { body: before } = await bench.send({ method: 'GET', path: '/v20190125/meshes/m/virtualNodes/red' });
    await bench.make('DeleteVirtualNode', withName('red'));
    const { status, headers, body } = await bench.rollback({ resource: 'mesh/m/virtualNode/red', to: 4 });
    expect([status, headers['x-heddle-sequence']]).toEqual([200, '8']);
    const { uid } = (before as { metadata: { uid: string } }).metadata;
    expect(body).toMatchObject({
      spec: node('red', 'a').spec,
      metadata: { version: 1, uid: expect.not.stringContaining(uid) },
    });
    const query = { resourceArn: arn('virtualNode/red') };
    expect((await bench.send({ method: 'GET', path: '/v20190125/tags', query })).body).toMatchObject({
      tags: [{ key: 'team', value: 'a' }],
    });
  });

  it('makes a deleted mesh anew', async () => {
    await bench.make('CreateMesh', { meshName: 'n', spec: { egressFilter: { type: 'ALLOW_ALL' } } });
    await bench.make('DeleteMesh', { meshName: 'n' });
    const { body } = await bench.rollback({ resource: 'mesh/n', to: 1 });
    expect(body).toMatchObject({ meshName: 'n', spec: { egressFilter: { type: 'ALLOW_ALL' } } });
    const { body: listed } = await bench.send({ method: 'GET', path: '/v20190125/meshes' });
    expect(listed).toMatchObject({ meshes: [{ meshName: 'm' }, { meshName: 'n' }] });
  });
});

describe('a refusal', () => {
  it('names what the old spec refers to and is there no more, and nothing changes', async () => {
    await bench.make('DeleteVirtualNode', withName('red'));
    const refused = await refusalOf({ resource, to: 5 });
    expect(refused).toEqual([400, 'BadRequestException', expect.stringContaining('virtualNode/red must exist')]);
    expect((await bench.history({ resource, limit: '1' })).body).toMatchObject([{ sequence: 6 }]);
  });

  it('is for a sequence at which the resource was not there', async () => {
    expect(await refusalOf({ resource, to: 4 })).toEqual([
      404,
      'NotFoundException',
      `There is no virtualRouter/r/route/x in mesh m of account ${account} at sequence 4`,
    ]);
    const never = ['NotFoundException', `There is no mesh other of account ${account} at any time`];
    expect(await refusalOf({ resource: 'mesh/other', to: 1 })).toEqual([404, ...never]);
  });

  it.each<[unknown, string]>([
    [{ resource }, "Value null at 'to'"],
    [{ to: 1 }, "Value null at 'resource'"],
    [{ resource: 5, to: 1 }, "Value '5' at 'resource' failed to satisfy constraint: Member must be a string"],
    [{ resource: '', to: 1 }, "Value '' at 'resource'"],
    [{ resource, to: 0 }, "Value '0' at 'to'"],
    [{ resource, to: '5' }, "Value '5' at 'to'"],
    [{ resource, to: 1.5 }, "Value '1.5' at 'to'"],
    [{ resource, to: 7 }, "Value '7' at 'to' failed to satisfy constraint: Member must have value less than or equal"],
    [{ resource, to: 5, spec: {} }, "Member 'spec' is unknown"],
    [{ resource, to: 5, constructor: {} }, "Member 'constructor' is unknown"],
    [{}, '2 validation errors detected'],
  ])('is for %j', async (body, message) => {
    expect(await refusalOf(body)).toEqual([400, 'BadRequestException', expect.stringContaining(message)]);
  });

  it('is for whoever may not update, or not send traffic to what the old spec names', async () => {
    const { reader, director } = principals;
    expect(await refusalOf({ resource, to: 5 }, reader)).toEqual([403, 'AccessDeniedException', expect.any(String)]);
    // The director may route to `red` alone.
    expect((await bench.rollback({ resource, to: 5 }, { principal: director })).status).toBe(200);
    expect(await refusalOf({ resource, to: 6 }, director)).toEqual([403, 'AccessDeniedException', expect.any(String)]);
  });

  it('is, for what was deleted, for whoever may update and not create', async () => {
    await bench.make('DeleteVirtualNode', withName('red'));
    const foreign = await refusalOf({ resource: 'mesh/m/virtualNode/red', to: 4 }, principals.painter);
    expect(foreign).toEqual([403, 'AccessDeniedException', expect.stringContaining('appmesh:UpdateVirtualNode')]);
    await bench.make('CreateVirtualNode', { ...node('paint-1'), tags: [{ key: 'a', value: 'b' }] });
    await bench.make('DeleteVirtualNode', withName('paint-1'));
    // The painter may create such nodes, but not tag them.
    const denied = await refusalOf({ resource: 'mesh/m/virtualNode/paint-1', to: 8 }, principals.painter);
    expect(denied).toEqual([403, 'AccessDeniedException', expect.stringContaining('appmesh:TagResource')]);
  });

  it('is for other accounts', async () => {
    const body = { resource, to: 5, meshOwner: account };
    expect(await refusalOf(body, principals.stranger)).toEqual([403, 'ForbiddenException', expect.any(String)]);
  });
});
