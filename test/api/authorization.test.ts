// Policies with conditions through the whole API, with principals who may do only some of it: what decides, what the
// caller is told, and what the log keeps.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables, as IAM writes them
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { operationCall } from '#cli/operation-call.ts';
import { createApi } from '#functions/api/handler.ts';
import type { Decision } from '#functions/authorize.ts';
import { createLedger } from '#functions/ledger.ts';
import { createOwn } from '#functions/own/handler.ts';
import { createPast } from '#functions/own/past.ts';
import { parseCredentialList } from '#identity/credential-list.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { proxyEvent } from './proxy-event.ts';

const region = 'us-east-1';
const account = '111111111111';
const stranger = '222222222222';
const arnOf = (tail: string, owner = account) => `arn:aws:appmesh:${region}:${owner}:mesh/${tail}`;

type Input = Readonly<Record<string, unknown>>;
type Statement = Readonly<Record<string, unknown>>;
const all: Statement = { Sid: 'All', Effect: 'Allow', Action: 'appmesh:*', Resource: '*' };

interface Person {
  readonly name: string;
  readonly accountId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
}

interface From {
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly headers?: readonly string[];
  readonly time?: number;
}

let decisions: Decision[];
let call: (who: Person, operation: string, input: Input, from?: From) => Promise<{ status: number; message: string }>;
let config: (who: Person, resource: string) => Promise<number>;

const owner: Person = { name: 'owner', statements: [all] };

beforeEach(async () => {
  decisions = [];
  const events = memoryEventStore();
  const around = { now: Date.now, id: randomUUID, random: Math.random, sleep, writeSchema: async () => 1 };
  const views = memoryViewStore({ now: Date.now });
  const ledger = createLedger(events, views, around);
  const past = createPast(events, views);

  const partsFor = ({ name, accountId = account, tags, statements }: Person) => {
    const arn = `arn:aws:iam::${accountId}:user/${name}`;
    const policies = [{ Version: '2012-10-17', Statement: statements }];
    const entry = { accessKeyId: name, secretAccessKey: 's', accountId, arn, policies, ...(tags && { tags }) };
    const parsed = parseCredentialList(JSON.stringify([entry]));
    if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
    const [credential] = parsed.credentials;
    return {
      caller: { accountId, arn, accessKeyId: name },
      parts: {
        ledger,
        past,
        views,
        region,
        policies: {
          policiesOf: async () => credential?.policies ?? [],
          tagsOf: async () => credential?.tags ?? [],
        },
        decisions: (decision: Decision) => decisions.push(decision),
        reportBug: (error: unknown) => {
          throw error;
        },
      },
    };
  };

  call = async (who, operation, input, from) => {
    const { caller, parts } = partsFor(who);
    const { method, path, query, body } = operationCall(operation, input);
    const event = proxyEvent(caller, { method, path, query, body, ...from });
    const answer = await createApi(parts)(event, {} as Context);
    return { status: answer.statusCode, message: String(JSON.parse(answer.body).message) };
  };

  config = async (who, resource) => {
    const { caller, parts } = partsFor(who);
    const event = proxyEvent(caller, { method: 'GET', path: '/heddle/v1/config', query: { resource } });
    return (await createOwn(parts)(event, {} as Context)).statusCode;
  };

  await call(owner, 'CreateMesh', { meshName: 'm' });
  for (const team of ['blue', 'red']) {
    const tags = [{ key: 'team', value: team }];
    await call(owner, 'CreateVirtualNode', { meshName: 'm', virtualNodeName: team, spec: {}, tags });
  }
  await call(owner, 'CreateVirtualRouter', { meshName: 'm', virtualRouterName: 'r', spec: {} });
  decisions.length = 0;
});

const node = (virtualNodeName: string) => ({ meshName: 'm', virtualNodeName });

describe('tags of a resource', () => {
  const blue: Person = {
    name: 'bea',
    tags: { team: 'blue' },
    statements: [
      {
        Effect: 'Allow',
        Action: 'appmesh:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
      },
    ],
  };

  test('open it to the team that the caller is of, and to no other', async () => {
    expect((await call(blue, 'UpdateVirtualNode', { ...node('blue'), spec: {} })).status).toBe(200);
    expect((await call(blue, 'UpdateVirtualNode', { ...node('red'), spec: {} })).status).toBe(403);
    expect((await call({ ...blue, tags: {} }, 'DescribeVirtualNode', node('blue'))).status).toBe(403);
    expect(await config(blue, 'mesh/m/virtualNode/blue')).toBe(200);
    expect(await config(blue, 'mesh/m/virtualNode/red')).toBe(403);
  });

  test('are asked under the name that App Mesh gave them, too', async () => {
    const Condition = { StringNotEquals: { 'appmesh:ResourceTag/team': 'blue' } };
    const one = { ...blue, statements: [all, { Effect: 'Deny', Action: 'appmesh:Delete*', Resource: '*', Condition }] };
    expect((await call(one, 'DeleteVirtualNode', node('red'))).message).toContain('explicit deny');
    expect((await call(one, 'DeleteVirtualNode', node('blue'))).status).toBe(200);
  });

  test('are those of each resource of a call: a route may be made to the own node alone', async () => {
    const Condition = { StringEqualsIfExists: { 'aws:ResourceTag/team': 'blue' } };
    const router: Person = { name: 'rob', statements: [{ ...all, Action: 'appmesh:*Route', Condition }] };
    const route = (target: string) => ({
      meshName: 'm',
      virtualRouterName: 'r',
      routeName: `to-${target}`,
      spec: {
        httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode: target, weight: 1 }] } },
      },
    });
    expect((await call(router, 'CreateRoute', route('blue'))).status).toBe(200);
    const refused = await call(router, 'CreateRoute', route('red'));
    expect(refused.status).toBe(403);
    expect(refused.message).toContain(`appmesh:CreateRoute on resource: ${arnOf('m/virtualNode/red')}`);
    const moved = await call(router, 'UpdateRoute', { ...route('red'), routeName: 'to-blue' });
    expect(moved.message).toContain(`appmesh:UpdateRoute on resource: ${arnOf('m/virtualNode/red')}`);
  });

  test('are not to be found out by those who may not see the mesh', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'blue' } };
    const spy: Person = { name: 'spy', accountId: stranger, statements: [{ ...all, Condition }] };
    const input = { ...node('blue'), meshOwner: account };
    expect((await call(spy, 'DescribeVirtualNode', input)).message).toContain('is not authorized to perform');
    expect(await config(spy, `mesh/m@${account}/virtualNode/blue`)).toBe(403);
    expect(decisions.map(({ decision }) => decision)).toEqual(['implicitDeny', 'implicitDeny']);
  });
});

describe('tags in a request', () => {
  const create = (...tags: readonly (readonly [string, string])[]) => ({
    meshName: `m-${randomUUID()}`,
    ...(tags.length > 0 && { tags: tags.map(([key, value]) => ({ key, value })) }),
  });

  test('need the permission to tag as well, on what is made', async () => {
    const maker: Person = { name: 'max', statements: [{ ...all, Action: 'appmesh:CreateMesh' }] };
    expect((await call(maker, 'CreateMesh', create())).status).toBe(200);
    const tagged = create(['team', 'blue']);
    const refused = await call(maker, 'CreateMesh', tagged);
    expect(refused.message).toContain(`appmesh:TagResource on resource: ${arnOf(tagged.meshName)}`);
    const tagger = { ...maker, statements: [{ ...all, Action: ['appmesh:CreateMesh', 'appmesh:TagResource'] }] };
    expect((await call(tagger, 'CreateMesh', tagged)).status).toBe(200);
  });

  test('can be demanded, as in the guide of App Mesh', async () => {
    const Condition = { 'ForAnyValue:StringEquals': { 'aws:RequestTag/teamName': 'booksTeam' } };
    const maker: Person = { name: 'max', statements: [{ ...all, Condition }] };
    expect((await call(maker, 'CreateMesh', create(['teamName', 'booksTeam']))).status).toBe(200);
    expect((await call(maker, 'CreateMesh', create(['teamName', 'other']))).status).toBe(403);
    expect((await call(maker, 'CreateMesh', create())).status).toBe(403);
  });

  test('can be limited to some keys, when tagging and untagging alike', async () => {
    const Condition = { 'ForAllValues:StringLike': { 'aws:TagKeys': ['team', 'cost*'] } };
    const tagger: Person = { name: 'tom', statements: [{ ...all, Condition }] };
    const resourceArn = arnOf('m');
    const tag = (...keys: string[]) =>
      call(tagger, 'TagResource', { resourceArn, tags: keys.map((key) => ({ key, value: 'x' })) });
    expect((await tag('team', 'cost-center')).status).toBe(200);
    expect((await tag('team', 'owner')).status).toBe(403);
    expect((await call(tagger, 'UntagResource', { resourceArn, tagKeys: ['team'] })).status).toBe(200);
    expect((await call(tagger, 'UntagResource', { resourceArn, tagKeys: ['owner'] })).status).toBe(403);
    expect((await call(tagger, 'CreateMesh', create())).status).toBe(200);
    const notNull = { ...Condition, Null: { 'aws:TagKeys': 'false' } };
    const strict = { ...tagger, statements: [{ ...all, Condition: notNull }] };
    expect((await call(strict, 'CreateMesh', create())).status).toBe(403);
  });
});

describe('the request itself', () => {
  const only = (Condition: object): Person => ({ name: 'ann', statements: [{ ...all, Condition }] });
  const list = async (who: Person, from: From = {}) => (await call(who, 'ListMeshes', {}, from)).status;

  test.each<[string, object, From, From]>([
    ['address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { sourceIp: '10.1.2.3' }, { sourceIp: '11.1.2.3' }],
    ['client', { StringLike: { 'aws:UserAgent': 'aws-cli/*' } }, { userAgent: 'aws-cli/2' }, { userAgent: 'curl' }],
    [
      'time',
      { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { time: Date.parse('2025-12-31T23:59:59Z') },
      { time: Date.parse('2026-01-01T00:00:00Z') },
    ],
    [
      'second',
      { NumericGreaterThanEquals: { 'aws:EpochTime': 1_700_000_000 } },
      { time: 1_700_000_000_000 },
      { time: 1_699_999_999_999 },
    ],
  ])('opens by its %s', async (_what, condition, allowed, denied) => {
    expect(await list(only(condition), allowed)).toBe(200);
    expect(await list(only(condition), denied)).toBe(403);
  });

  test('is not secure because its client says so', async () => {
    const secure = only({ Bool: { 'aws:SecureTransport': 'true' } });
    expect(await list(secure, { headers: ['X-Forwarded-Proto', 'https'] })).toBe(403);
    expect(await list(only({ Bool: { 'aws:SecureTransport': 'false' } }))).toBe(200);
  });

  test('names its caller in a resource', async () => {
    const own: Person = { name: 'ann', statements: [{ ...all, Resource: arnOf('m/virtualNode/${aws:username}') }] };
    expect((await call(own, 'CreateVirtualNode', { ...node('ann'), spec: {} })).status).toBe(200);
    expect((await call(own, 'CreateVirtualNode', { ...node('bob'), spec: {} })).status).toBe(403);
    const other = { ...own, name: 'bob' };
    expect((await call(other, 'DescribeVirtualNode', node('ann'))).status).toBe(403);
    const mine = only({ StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } });
    expect((await call(mine, 'DescribeMesh', { meshName: 'm' })).status).toBe(200);
  });
});

describe('the log', () => {
  const keeper: Person = {
    name: 'kim',
    statements: [all, { Sid: 'NoDeletes', Effect: 'Deny', Action: 'appmesh:Delete*', Resource: '*' }],
  };

  test('has the statement that decided; the caller is not told it', async () => {
    await call(keeper, 'DescribeMesh', { meshName: 'm' });
    const { message } = await call(keeper, 'DeleteMesh', { meshName: 'm' });
    await call({ name: 'nobody', statements: [] }, 'DescribeMesh', { meshName: 'm' });
    const common = { resource: arnOf('m'), requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    const policy = 'entry 1, policies[0]';
    expect(decisions).toEqual([
      {
        ...common,
        action: 'appmesh:DescribeMesh',
        decision: 'allowed',
        policy,
        statement: 'All',
        caller: expect.anything(),
      },
      {
        ...common,
        action: 'appmesh:DeleteMesh',
        decision: 'explicitDeny',
        policy,
        statement: 'NoDeletes',
        caller: { accountId: account, arn: `arn:aws:iam::${account}:user/kim` },
      },
      { ...common, action: 'appmesh:DescribeMesh', decision: 'implicitDeny', caller: expect.anything() },
    ]);
    expect(message).toMatch(/with an explicit deny in an identity-based policy$/);
    expect(message).not.toMatch(/NoDeletes|policies/);
  });

  test('has a line for each action and resource of a call', async () => {
    await call(owner, 'CreateVirtualService', {
      meshName: 'm',
      virtualServiceName: 'color',
      spec: { provider: { virtualNode: { virtualNodeName: 'blue' } } },
      tags: [{ key: 'team', value: 'blue' }],
    });
    expect(decisions.map(({ action, resource, decision }) => [action, resource, decision])).toEqual([
      ['appmesh:CreateVirtualService', arnOf('m/virtualService/color'), 'allowed'],
      ['appmesh:CreateVirtualService', arnOf('m/virtualNode/blue'), 'allowed'],
      ['appmesh:TagResource', arnOf('m/virtualService/color'), 'allowed'],
    ]);
    expect(new Set(decisions.map(({ requestId }) => requestId)).size).toBe(1);
  });

  test('is written before anything is known to exist', async () => {
    const { message } = await call({ name: 'nobody', statements: [] }, 'DescribeMesh', { meshName: 'never' });
    expect(message).toContain(`is not authorized to perform: appmesh:DescribeMesh on resource: ${arnOf('never')}`);
  });
});
