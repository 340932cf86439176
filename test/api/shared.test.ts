// A mesh of one account that others use: what each of them sees and may do through every door, while the share lasts and
// after it.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Asked, consumer, type Doors, other, owner, region, sharedDoors, stranger } from './shared-doors.ts';

const base = '/v20190125';
const mesh = `${base}/meshes/m`;
const shared: Asked = { query: { meshOwner: owner } };
const arn = (account: string, key: string) => `arn:aws:appmesh:${region}:${account}:mesh/m${key && `/${key}`}`;
const node = (virtualNodeName: string) => ({
  virtualNodeName,
  spec: {
    listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname: `${virtualNodeName}.local` } },
  },
});

let doors: Doors;
const call = (...asked: Parameters<Doors['call']>) => doors.call(...asked);
const done = async (...asked: Parameters<Doors['call']>) => {
  const answered = await call(...asked);
  expect(answered).toMatchObject({ status: 200 });
  return answered.body as Readonly<Record<string, unknown>>;
};

beforeEach(async () => {
  doors = sharedDoors();
  await done(owner, `PUT ${base}/meshes`, { body: { meshName: 'm', tags: [{ key: 'team', value: 'owners' }] } });
  await done(owner, `PUT ${mesh}/virtualNodes`, { body: { ...node('red'), tags: [{ key: 'secret', value: 'red' }] } });
  await done(owner, `PUT ${mesh}/virtualGateways`, {
    body: { virtualGatewayName: 'front', spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] } },
  });
  await doors.offer(consumer);
  await doors.share([consumer, other]);
  await done(consumer, `PUT ${mesh}/virtualNodes`, { ...shared, body: node('blue') });
});

/** Each door, with what it names: the consumer's node unless it must be another thing. */
const readings: readonly (readonly [string, string, Asked])[] = [
  ['DescribeMesh', `GET ${mesh}`, shared],
  ['DescribeVirtualNode', `GET ${mesh}/virtualNodes/blue`, shared],
  ["DescribeVirtualNode of the owner's", `GET ${mesh}/virtualNodes/red`, shared],
  ['DescribeVirtualGateway', `GET ${mesh}/virtualGateways/front`, shared],
  ['ListVirtualNodes', `GET ${mesh}/virtualNodes`, shared],
  ['ListVirtualGateways', `GET ${mesh}/virtualGateways`, shared],
  ['ListVirtualRouters', `GET ${mesh}/virtualRouters`, shared],
  ['ListVirtualServices', `GET ${mesh}/virtualServices`, shared],
  ['ListGatewayRoutes', `GET ${base}/meshes/m/virtualGateway/front/gatewayRoutes`, shared],
  ['config', 'GET /heddle/v1/config', { query: { resource: 'mesh/m/virtualNode/blue', meshOwner: owner } }],
  ['config by owner', 'GET /heddle/v1/config', { query: { resource: `mesh/m@${owner}/virtualGateway/front` } }],
  ['status', 'GET /heddle/v1/status', { query: { resource: `mesh/m@${owner}/virtualNode/red` } }],
  ['history', 'GET /heddle/v1/history', { query: { resource: `mesh/m@${owner}` } }],
  ['history at a time', 'GET /heddle/v1/history', { query: { resource: `mesh/m@${owner}/virtualNode/blue`, at: '5' } }],
  ['plan', 'POST /heddle/v1/plan', { body: { documents: [{ meshName: 'm', meshOwner: owner, ...node('more') }] } }],
];

const writings: readonly (readonly [string, string, Asked])[] = [
  ['CreateVirtualNode', `PUT ${mesh}/virtualNodes`, { ...shared, body: node('green') }],
  ['CreateVirtualRouter', `PUT ${mesh}/virtualRouters`, { ...shared, body: { virtualRouterName: 'r', spec: {} } }],
  ['CreateVirtualService', `PUT ${mesh}/virtualServices`, { ...shared, body: { virtualServiceName: 's', spec: {} } }],
  ['UpdateVirtualNode', `PUT ${mesh}/virtualNodes/blue`, { ...shared, body: { spec: node('blue').spec } }],
  ['a token', 'POST /heddle/v1/tokens', { body: { resource: `mesh/m@${owner}/virtualNode/blue` } }],
  ['rollback', 'POST /heddle/v1/rollback', { body: { resource: `mesh/m@${owner}/virtualNode/blue`, to: 5 } }],
  ['TagResource', `PUT ${base}/tag`, tagging('blue', { tags: [{ key: 'a', value: 'b' }] })],
  ['UntagResource', `PUT ${base}/untag`, tagging('blue', { tagKeys: ['a'] })],
  ['ListTagsForResource', `GET ${base}/tags`, tagging('blue')],
  ['DeleteVirtualNode', `DELETE ${mesh}/virtualNodes/blue`, shared],
];

function tagging(name: string, body?: object): Asked {
  return { query: { resourceArn: arn(consumer, `virtualNode/${name}`) }, ...(body && { body }) };
}

describe('a consumer', () => {
  test.each([...readings, ...writings])('comes through %s', async (_door, line, asked) => {
    await done(consumer, line, asked);
  });

  test.each([
    [
      'a gateway',
      `PUT ${mesh}/virtualGateways`,
      { ...shared, body: { virtualGatewayName: 'g', spec: { listeners: [] } } },
    ],
    ["the owner's node", `PUT ${mesh}/virtualNodes/red`, { ...shared, body: { spec: {} } }],
    ['the mesh', `PUT ${mesh}`, { body: { spec: {} } }],
    ["a deletion of the owner's", `DELETE ${mesh}/virtualNodes/red`, shared],
    [
      "a token of the owner's node",
      'POST /heddle/v1/tokens',
      { body: { resource: `mesh/m@${owner}/virtualNode/red` } },
    ],
    [
      "a rollback of the owner's",
      'POST /heddle/v1/rollback',
      { body: { resource: `mesh/m@${owner}/virtualNode/red`, to: 5 } },
    ],
    ["the tags of the owner's mesh", `GET ${base}/tags`, { query: { resourceArn: arn(owner, '') } }],
    ["the tags of the owner's node", `GET ${base}/tags`, { query: { resourceArn: arn(owner, 'virtualNode/red') } }],
    [
      "a tag on the owner's node",
      `PUT ${base}/tag`,
      { query: { resourceArn: arn(owner, 'virtualNode/red') }, body: { tags: [] } },
    ],
  ])('does not come to %s', async (_what, line, asked) => {
    const { status, error } = await call(consumer, line, asked);
    // Its own mesh of that name is not there.
    expect([status, error]).toEqual(line === `PUT ${mesh}` ? [404, 'NotFoundException'] : [403, 'ForbiddenException']);
  });

  test('is told the owner of the mesh and of each resource', async () => {
    const { metadata } = await done(consumer, `GET ${mesh}/virtualNodes/blue`, shared);
    expect(metadata).toMatchObject({
      arn: arn(consumer, 'virtualNode/blue'),
      meshOwner: owner,
      resourceOwner: consumer,
    });
    const { virtualNodes } = await done(consumer, `GET ${mesh}/virtualNodes`, shared);
    expect(virtualNodes).toMatchObject([
      { arn: arn(consumer, 'virtualNode/blue'), meshOwner: owner, resourceOwner: consumer },
      { arn: arn(owner, 'virtualNode/red'), meshOwner: owner, resourceOwner: owner },
    ]);
  });

  test('gets a token for the ARN with its own account, which names the owner of the mesh', async () => {
    const resource = arn(consumer, 'virtualNode/blue');
    const { token } = await done(consumer, 'POST /heddle/v1/tokens', { body: { resource } });
    expect(JSON.parse(String(token))).toMatchObject({ resource, accountId: consumer, meshOwner: owner });
  });

  test('sees the past from where it was granted the mesh, and not who else was, nor the tags of others', async () => {
    await done(owner, `PUT ${base}/tag`, {
      query: { resourceArn: arn(owner, 'virtualNode/red') },
      body: { tags: [{ key: 'secret', value: 'more' }] },
    });
    await done(owner, `PUT ${mesh}/virtualNodes`, {
      body: { ...node('pink'), tags: [{ key: 'secret', value: 'pink' }] },
    });
    const query = { resource: `mesh/m@${owner}` };
    const seen = (await call(consumer, 'GET /heddle/v1/history', { query })).body as {
      resource: string;
      change: string;
    }[];
    expect(seen.map(({ resource, change }) => `${change} ${resource}`)).toEqual([
      `created ${arn(owner, 'virtualNode/pink')}`,
      `created ${arn(consumer, 'virtualNode/blue')}`,
    ]);
    expect(JSON.stringify(seen)).not.toContain('secret');
    const early = await call(consumer, 'GET /heddle/v1/history', { query: { ...query, at: '2' } });
    expect(early.status).toBe(404);
    const all = (await call(owner, 'GET /heddle/v1/history', { query })).body as { change: string }[];
    expect(all.map(({ change }) => change)).toEqual([
      'created',
      'tagged',
      'created',
      'shared',
      'created',
      'created',
      'created',
    ]);
  });
});

const strangers = [
  ['a stranger', async () => stranger],
  ['a former consumer', () => doors.share([other]).then(() => consumer)],
] as const;

describe.each(strangers)('%s', (_who, caller) => {
  test.each([...readings, ...writings])('is kept out of %s, whether it is there or not', async (_door, line, asked) => {
    const who = await caller();
    const there = await call(who, line, asked);
    expect([there.status, there.error]).toEqual([403, 'ForbiddenException']);
    const nowhere = JSON.parse(JSON.stringify(asked).replaceAll(/blue|red|front/g, 'nobody')) as Asked;
    expect(await call(who, line.replace(/blue|red|front/, 'nobody'), nowhere)).toEqual(there);
  });

  test('sees nothing in lists', async () => {
    const who = await caller();
    await doors.offer(stranger);
    expect(await done(who, `GET ${base}/meshes`)).toEqual({ meshes: [] });
    expect((await call(who, 'GET /heddle/v1/status')).body).toEqual([]);
  });
});

describe('after a consumer has left', () => {
  beforeEach(() => doors.share([other]));

  test('the owner reads and deletes what it made, and changes nothing of it', async () => {
    await done(owner, `GET ${mesh}/virtualNodes/blue`);
    await done(owner, 'GET /heddle/v1/config', { query: { resource: 'mesh/m/virtualNode/blue' } });
    const update = await call(owner, `PUT ${mesh}/virtualNodes/blue`, { body: { spec: {} } });
    expect(update.error).toBe('ForbiddenException');
    await done(owner, `DELETE ${mesh}/virtualNodes/blue`);
  });

  test('others read it, and nobody else deletes it', async () => {
    await done(other, `GET ${mesh}/virtualNodes/blue`, shared);
    expect((await call(other, `DELETE ${mesh}/virtualNodes/blue`, shared)).error).toBe('ForbiddenException');
  });

  test('a share made again opens the doors again', async () => {
    await doors.share([consumer]);
    await done(consumer, `PUT ${mesh}/virtualNodes/blue`, { ...shared, body: { spec: node('blue').spec } });
    expect((await call(other, `GET ${mesh}`, shared)).error).toBe('ForbiddenException');
  });
});

describe('the list of meshes', () => {
  const names = async (who: string, query: Readonly<Record<string, string>> = {}) => {
    const { meshes, nextToken } = await done(who, `GET ${base}/meshes`, { query });
    const told = (meshes as { meshName: string; meshOwner: string }[]).map(
      ({ meshName, meshOwner }) => `${meshName} ${meshOwner}`,
    );
    return { told, nextToken: nextToken === undefined ? undefined : String(nextToken) };
  };

  test('has those of others that confirm it, with their owner', async () => {
    const { meshes } = await done(consumer, `GET ${base}/meshes`);
    expect(meshes).toMatchObject([
      { meshName: 'm', arn: arn(owner, ''), meshOwner: owner, resourceOwner: owner, version: 1 },
    ]);
    // A pointer alone is believed by nobody, nor is a grant told of without one.
    await doors.offer(stranger);
    expect((await names(stranger)).told).toEqual([]);
    expect((await names(other)).told).toEqual([]);
  });

  test('has no mesh that is gone', async () => {
    await done(owner, `DELETE ${mesh}/virtualNodes/blue`);
    await done(owner, `DELETE ${mesh}/virtualNodes/red`);
    await done(owner, `DELETE ${mesh}/virtualGateways/front`);
    await done(owner, `DELETE ${mesh}`);
    expect((await names(consumer)).told).toEqual([]);
    await done(owner, `PUT ${base}/meshes`, { body: { meshName: 'm' } });
    expect((await names(consumer)).told).toEqual([]);
  });

  test('goes on page by page, by name and then by owner', async () => {
    for (const meshName of ['a', 'm', 'm-b', 'z']) await done(consumer, `PUT ${base}/meshes`, { body: { meshName } });
    await done(other, `PUT ${base}/meshes`, { body: { meshName: 'm' } });
    await doors.share([consumer], other);
    await doors.offer(consumer, 'm', other);
    const told: string[] = [];
    for (let token: string | undefined = ''; token !== undefined; ) {
      const page: Awaited<ReturnType<typeof names>> = await names(consumer, {
        limit: '2',
        ...(token !== '' && { nextToken: token }),
      });
      told.push(...page.told);
      token = page.nextToken;
    }
    expect(told).toEqual([
      `a ${consumer}`,
      `m ${owner}`,
      `m ${consumer}`,
      `m ${other}`,
      `m-b ${consumer}`,
      `z ${consumer}`,
    ]);
  });
});

describe('a resource that is named by its ARN', () => {
  const describing = (resource: string, who = consumer) => call(who, 'GET /heddle/v1/config', { query: { resource } });

  test("is in the account's own mesh before a shared one", async () => {
    await done(consumer, `PUT ${base}/meshes`, { body: { meshName: 'm' } });
    expect((await describing(arn(consumer, 'virtualNode/blue'))).body).toMatchObject({ sequence: 5 });
    await done(consumer, `PUT ${mesh}/virtualNodes`, { body: node('blue') });
    expect((await describing(arn(consumer, 'virtualNode/blue'))).body).toMatchObject({ sequence: 2 });
    expect((await describing(`mesh/m@${owner}/virtualNode/blue`)).body).toMatchObject({ sequence: 5 });
  });

  test('must say which of two shared meshes it means', async () => {
    await done(other, `PUT ${base}/meshes`, { body: { meshName: 'm' } });
    await doors.share([consumer], other);
    await doors.offer(consumer, 'm', other);
    await done(consumer, `PUT ${mesh}/virtualNodes`, { query: { meshOwner: other }, body: node('blue') });
    const refused = await describing(arn(consumer, 'virtualNode/blue'));
    expect(refused.error).toBe('BadRequestException');
    expect(refused.body).toMatchObject({
      message: expect.stringContaining(`mesh/m@${owner}/virtualNode/blue or mesh/m@${other}/virtualNode/blue`),
    });
    const tags = await call(consumer, `GET ${base}/tags`, tagging('blue'));
    expect(tags.error).toBe('BadRequestException');
    await done(consumer, 'GET /heddle/v1/config', {
      query: { resource: arn(consumer, 'virtualNode/blue'), meshOwner: other },
    });
  });

  test('is found by the owner of the mesh and by other consumers, too', async () => {
    expect((await describing(arn(consumer, 'virtualNode/blue'), owner)).status).toBe(200);
    expect((await describing(arn(consumer, 'virtualNode/blue'), other)).status).toBe(200);
    const strange = await describing(arn(consumer, 'virtualNode/blue'), stranger);
    expect(strange.error).toBe('ForbiddenException');
    expect(strange).toEqual(await describing(arn(consumer, 'virtualNode/nobody'), stranger));
  });
});

describe('in an organization', () => {
  const organization = 'arn:aws:organizations::999999999999:organization/o-a';
  const unit = 'arn:aws:organizations::999999999999:ou/o-a/ou-a';
  const told = { id: 'o-a', units: [{ id: 'ou-a', accounts: [consumer] }], accounts: [owner, other] };

  beforeEach(async () => {
    await doors.organize({ ...told, sharingEnabled: true });
    await doors.offer('o-a');
  });

  test('every member of it, or of a unit of it, has access by being there', async () => {
    await doors.share([unit]);
    await done(consumer, `GET ${mesh}`, shared);
    expect((await call(other, `GET ${mesh}`, shared)).error).toBe('ForbiddenException');
    await doors.share([organization]);
    for (const account of [consumer, other]) {
      await done(account, `GET ${mesh}`, shared);
      expect(await done(account, `GET ${base}/meshes`)).toMatchObject({
        meshes: [{ meshName: 'm', meshOwner: owner }],
      });
    }
    expect((await call(stranger, `GET ${mesh}`, shared)).error).toBe('ForbiddenException');
  });

  test.each([
    ['an account leaves it', { ...told, units: [] }],
    [
      'an account moves out of the unit',
      { ...told, units: [{ id: 'ou-a', accounts: [] }], accounts: [owner, consumer] },
    ],
    ['the owner leaves it', { ...told, accounts: [other] }],
    ['sharing is disabled', { ...told, sharingEnabled: false }],
  ])('access ends when %s, and comes back', async (_what, next) => {
    await doors.share([unit]);
    await done(consumer, `GET ${mesh}/virtualNodes/blue`, shared);
    await doors.organize(next);
    const ended = await call(consumer, `PUT ${mesh}/virtualNodes/blue`, { ...shared, body: { spec: {} } });
    expect(ended.error).toBe('ForbiddenException');
    expect(await done(consumer, `GET ${base}/meshes`)).toEqual({ meshes: [] });
    await doors.organize({ ...told, sharingEnabled: true });
    await done(consumer, `GET ${mesh}/virtualNodes/blue`, shared);
  });

  test('whoever comes later sees what is there, and of the past what has changed since', async () => {
    await doors.share([organization]);
    await doors.organize({ ...told, accounts: [owner, other, stranger] });
    const query = { resource: `mesh/m@${owner}` };
    expect((await call(stranger, 'GET /heddle/v1/history', { query })).body).toEqual([]);
    await done(owner, `PUT ${mesh}/virtualNodes`, { body: node('new') });
    const seen = (await call(stranger, 'GET /heddle/v1/history', { query })).body;
    expect(seen).toMatchObject([{ change: 'created', resource: arn(owner, 'virtualNode/new') }]);
    expect((await call(stranger, 'GET /heddle/v1/history', { query: { ...query, at: '6' } })).status).toBe(200);
    expect((await call(stranger, 'GET /heddle/v1/history', { query: { ...query, at: '4' } })).status).toBe(404);
  });
});
