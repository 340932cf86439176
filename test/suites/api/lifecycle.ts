// The happy path of all 38 operations by the SDK's own commands, and the form of every answer on the wire.
import * as sdk from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#events/model/operations.ts';
import { validate } from '#events/model/validate.ts';
import { type Kind, keyOf, kinds, parentKind } from '#events/names.ts';
import { colors, type Document } from '#test/given/documents.ts';
import type { Bench } from './bench.ts';
import { account, principals } from './principals.ts';

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const plural = (kind: Kind): string => (kind === 'mesh' ? 'Meshes' : `${capital(kind)}s`);
const nameMember = (kind: Kind): string => `${kind}Name`;
const example = (kind: Kind): Document => colors.find(({ ref }) => ref.kind === kind) ?? expect.fail(kind);

/** The members that name a resource in a request. */
function names(meshName: string, { ref }: Document): Readonly<Record<string, string>> {
  const { kind, name, parent = '' } = ref;
  const above = kind === 'route' || kind === 'gatewayRoute' ? { [nameMember(parentKind[kind])]: parent } : {};
  return kind === 'mesh' ? { meshName } : { meshName, ...above, [nameMember(kind)]: name };
}

type AnyCommand = sdk.ListMeshesCommand;
type Output = Readonly<Record<string, unknown>>;

export function lifecycleSuite(bench: () => Bench): void {
  const used = new Set<string>();

  /** Sends the SDK's command of this name. */
  async function run(operation: string, input: object): Promise<Output> {
    const Command = (sdk as unknown as Record<string, new (input: object) => AnyCommand>)[`${operation}Command`];
    if (Command === undefined) return expect.fail(`the SDK has no ${operation}`);
    used.add(operation);
    const { $metadata, ...output } = await bench().client().send(new Command(input));
    expect($metadata.httpStatusCode).toBe(200);
    expect($metadata.requestId).toMatch(/./);
    return output as unknown as Output;
  }

  describe('a mesh with one resource of each kind', () => {
    let meshName: string;
    const arn = (document: Document) => bench().arn(meshName, keyOf(document.ref));
    beforeAll(() => {
      meshName = bench().name();
    });

    const documentLike = (document: Document, version: number, status = 'ACTIVE') => ({
      ...names(meshName, document),
      metadata: {
        arn: arn(document),
        createdAt: expect.any(Date),
        lastUpdatedAt: expect.any(Date),
        meshOwner: account,
        resourceOwner: account,
        uid: expect.stringMatching(/./),
        version,
      },
      spec: document.spec,
      status: { status },
    });

    test.each(kinds)('Create, Describe, Update and List a %s', async (kind) => {
      const document = example(kind);
      const name = names(meshName, document);
      const input = { ...name, spec: document.spec };

      const tags = [{ key: 'stage', value: 'test' }];
      const created = await run(`Create${capital(kind)}`, { ...input, tags });
      expect(created).toEqual({ [kind]: documentLike(document, 1) });
      expect(await run(`Describe${capital(kind)}`, name)).toEqual(created);

      const updated = await run(`Update${capital(kind)}`, input);
      expect(updated).toEqual({ [kind]: documentLike(document, 2) });
      const [first, second] = [created[kind], updated[kind]] as { metadata: { uid: string; createdAt: Date } }[];
      expect(second?.metadata.uid).toBe(first?.metadata.uid);
      expect(second?.metadata.createdAt).toEqual(first?.metadata.createdAt);

      const { uid: _uid, ...line } = documentLike(document, 2).metadata;
      const { [nameMember(kind)]: _own, ...container } = name;
      const listed = await run(`List${plural(kind)}`, kind === 'mesh' ? {} : container);
      const all = Object.values(listed).find(Array.isArray);
      expect(all).toContainEqual({ ...name, ...line });

      const resourceArn = arn(document);
      expect(await run('ListTagsForResource', { resourceArn })).toMatchObject({ tags });
      await run('TagResource', { resourceArn, tags: [{ key: 'owner', value: '' }] });
      await run('UntagResource', { resourceArn, tagKeys: ['stage'] });
      expect(await run('ListTagsForResource', { resourceArn })).toMatchObject({ tags: [{ key: 'owner', value: '' }] });
    });

    test('Delete answers with the document, deleted, in the version after its last; then it is gone', async () => {
      for (const kind of [...kinds].reverse()) {
        const document = example(kind);
        const name = names(meshName, document);
        const deleted = await run(`Delete${capital(kind)}`, name);
        expect(deleted).toEqual({ [kind]: documentLike(document, 3, 'DELETED') });
        await expect(run(`Describe${capital(kind)}`, name)).rejects.toMatchObject({ name: 'NotFoundException' });
      }
    });

    test('these were all operations that there are', () => {
      expect([...used].sort()).toEqual(operations.map(({ name }) => name).sort());
    });
  });

  describe('on the wire', () => {
    let meshName: string;
    beforeAll(async () => {
      meshName = await bench().mesh();
    });

    test('times are seconds since the epoch, as numbers', async () => {
      const started = Date.now() / 1000;
      const { body } = await bench().call('CreateVirtualRouter', { meshName, virtualRouterName: 'r', spec: {} });
      const { createdAt, lastUpdatedAt } = body.metadata as { createdAt: number; lastUpdatedAt: number };
      expect(createdAt).toBeGreaterThanOrEqual(Math.floor(started) - 1);
      expect(createdAt).toBeLessThanOrEqual(Date.now() / 1000 + 1);
      expect(lastUpdatedAt).toBe(createdAt);
    });

    test('an answer has the shape that the contract gives it', async () => {
      const { body } = await bench().call('DescribeMesh', { meshName });
      expect(validate('MeshData', body)).toEqual([]);
      const list = await bench().call('ListMeshes', {});
      expect(validate('ListMeshesOutput', list.body)).toEqual([]);
    });

    test('every answer is JSON and names its request', async () => {
      const good = await bench().call('DescribeMesh', { meshName });
      const bad = await bench().call('DescribeMesh', { meshName: 'never' });
      for (const { headers } of [good, bad]) {
        expect(headers['content-type']).toBe('application/json');
        expect(headers['x-amzn-requestid']).toMatch(/./);
      }
      expect(good.headers['x-amzn-requestid']).not.toBe(bad.headers['x-amzn-requestid']);
    });

    test('every write says where it stands in its stream, one after the other; reads do not', async () => {
      const input = { meshName, virtualNodeName: 'n', spec: {} };
      const writes = [
        await bench().call('CreateVirtualNode', input),
        await bench().call('UpdateVirtualNode', input),
        await bench().call('TagResource', { resourceArn: bench().arn(meshName), tags: [] }),
        await bench().call('DeleteVirtualNode', { meshName, virtualNodeName: 'n' }),
      ];
      const places = writes.map(({ headers }) => Number(headers['x-heddle-sequence']));
      const [first = 0] = places;
      expect(places).toEqual([first, first + 1, first + 2, first + 3]);
      const read = await bench().call('DescribeMesh', { meshName });
      expect(read.headers['x-heddle-sequence']).toBeUndefined();
    });

    test('a spec comes back member for member, of whatever the contract allows', async () => {
      const spec = {
        listeners: [
          {
            portMapping: { port: 1, protocol: 'grpc' },
            healthCheck: {
              healthyThreshold: 2,
              intervalMillis: 5000,
              protocol: 'grpc',
              timeoutMillis: 2000,
              unhealthyThreshold: 2,
            },
            timeout: { grpc: { idle: { unit: 's', value: 0 }, perRequest: { unit: 'ms', value: 15 } } },
            connectionPool: { grpc: { maxRequests: 100 } },
          },
        ],
        serviceDiscovery: { dns: { hostname: 'full.local' } },
        backends: [{ virtualService: { virtualServiceName: 'bücher.example' } }],
        logging: {
          accessLog: { file: { path: '/dev/stdout', format: { json: [{ key: '🕸', value: '%START_TIME%' }] } } },
        },
      };
      const input = { meshName, virtualNodeName: 'full', spec };
      const { body } = await bench().call('CreateVirtualNode', input);
      expect(body.spec).toEqual(spec);
      const { body: read } = await bench().call('DescribeVirtualNode', { meshName, virtualNodeName: 'full' });
      expect(read).toEqual(body);
    });

    test('members that are null are not there afterwards', async () => {
      const virtualNodeName = 'nulls';
      const spec = {
        listeners: null,
        backends: [],
        serviceDiscovery: { dns: { hostname: 'a.b', ipPreference: null } },
      };
      const input = { meshName, virtualNodeName, spec, tags: null, clientToken: null, meshOwner: null };
      const { body, status } = await bench().send({
        method: 'PUT',
        path: `/v20190125/meshes/${meshName}/virtualNodes`,
        body: JSON.stringify({ ...input, meshName: null }),
      });
      expect(status).toBe(200);
      expect(body.spec).toEqual({ backends: [], serviceDiscovery: { dns: { hostname: 'a.b' } } });
    });
  });

  describe('a mesh made again under its old name', () => {
    test('is another: new uid, version 1; its stream goes on', async () => {
      const meshName = bench().name();
      const first = await bench().call('CreateMesh', { meshName });
      await bench().call('DeleteMesh', { meshName });
      const again = await bench().call('CreateMesh', { meshName });
      expect(again.body.metadata).toMatchObject({ version: 1 });
      expect((again.body.metadata as { uid: string }).uid).not.toBe((first.body.metadata as { uid: string }).uid);
      expect(Number(again.headers['x-heddle-sequence'])).toBe(Number(first.headers['x-heddle-sequence']) + 2);
    });
  });

  describe('a caller without meshOwner', () => {
    test('means its own mesh, with it the one of that account', async () => {
      const meshName = await bench().mesh();
      const stranger = principals.stranger;
      const own = await bench().call('DescribeMesh', { meshName }, stranger);
      expect([own.status, own.headers['x-amzn-errortype']]).toEqual([404, 'NotFoundException']);
      const theirs = await bench().call('DescribeMesh', { meshName, meshOwner: account }, stranger);
      expect([theirs.status, theirs.headers['x-amzn-errortype']]).toEqual([403, 'ForbiddenException']);
      const { body } = await bench().call('CreateMesh', { meshName }, stranger);
      expect(body.metadata).toMatchObject({ meshOwner: stranger.accountId, version: 1 });
    });
  });

  afterAll(() => used.clear());
}
