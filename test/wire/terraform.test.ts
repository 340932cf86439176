// The calls of Terraform's AWS provider for its aws_appmesh_* resources, in its order: each resource is made and read
// back at once, a second plan finds nothing to do, changes and tags are their own calls, and destroying goes backwards.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, benchOf } from '#test/suites/api/bench.ts';
import { account } from '#test/suites/api/principals.ts';
import { capital, colorStack, type StackResource } from './color-stack.ts';
import { startEmbedded } from './embedded.ts';
import { documentIn, type SdkCall, type SdkDocument, sdkCalls } from './sdk-call.ts';

const tags = [
  { key: 'Environment', value: 'test' },
  { key: 'Team', value: 'mesh' },
];

describe('Terraform', () => {
  let bench: Bench;
  let call: SdkCall;
  let meshName: string;
  beforeAll(async () => {
    bench = benchOf(await startEmbedded());
    call = sdkCalls(bench);
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    meshName = bench.name();
  });

  interface Managed {
    readonly document: SdkDocument;
    readonly tags: unknown;
  }

  /** What the provider does whenever it reads: the document by its mesh's owner, then its tags by its ARN. */
  async function read(kind: string, names: object, meshOwner?: string): Promise<Managed> {
    const document = documentIn(await call(`Describe${kind}`, { ...names, ...(meshOwner && { meshOwner }) }));
    const listed = await call('ListTagsForResource', { resourceArn: document.metadata.arn });
    return { document, tags: listed.tags };
  }

  const inMesh = ({ names }: StackResource) => ({ meshName, ...names });

  /** Makes a resource and reads it back at once: what is read must be what the configuration says. */
  async function create(resource: StackResource): Promise<SdkDocument> {
    const kind = capital(resource.kind);
    const { spec } = resource;
    const made = documentIn(await call(`Create${kind}`, { ...inMesh(resource), spec, tags }));
    const { document, tags: found } = await read(kind, inMesh(resource), made.metadata.meshOwner);
    expect(document).toEqual(made);
    expect(document).toMatchObject({
      spec,
      status: { status: 'ACTIVE' },
      metadata: { version: 1, meshOwner: account, resourceOwner: account },
    });
    expect(found).toEqual(tags);
    return document;
  }

  async function apply(): Promise<void> {
    await call('CreateMesh', { meshName, spec: {}, tags });
    await read('Mesh', { meshName });
    const nodes = colorStack.filter(({ kind }) => kind === 'virtualNode');
    // What does not depend on each other is made at the same time.
    await Promise.all(nodes.map(create));
    for (const resource of colorStack.filter((one) => !nodes.includes(one))) await create(resource);
  }

  test('applies, and a second plan finds what the first apply read', async () => {
    await apply();
    for (const resource of colorStack) {
      const { document } = await read(capital(resource.kind), inMesh(resource), account);
      expect(document.spec).toEqual(resource.spec);
      expect(document.metadata.version).toBe(1);
    }
    expect((await read('Mesh', { meshName }, account)).document.spec).toEqual({});
  });

  test('changes specs in place: the same uid and times of creation, the next version', async () => {
    await apply();
    const changes = colorStack.filter(({ kind }) => kind !== 'virtualRouter');
    for (const resource of changes) {
      const kind = capital(resource.kind);
      const before = await read(kind, inMesh(resource), account);
      await call(`Update${kind}`, { ...inMesh(resource), meshOwner: account, spec: resource.changed });
      const { document, tags: found } = await read(kind, inMesh(resource), account);
      expect(document.spec).toEqual(resource.changed);
      expect(document.metadata).toEqual({
        ...before.document.metadata,
        version: 2,
        lastUpdatedAt: document.metadata.lastUpdatedAt,
      });
      expect(found).toEqual(tags);
    }
  });

  test('changes tags: those that went are taken away, those that came or changed are set', async () => {
    await apply();
    const { metadata } = (await read('VirtualNode', { meshName, virtualNodeName: 'red' })).document;
    await call('UntagResource', { resourceArn: metadata.arn, tagKeys: ['Team'] });
    await call('TagResource', { resourceArn: metadata.arn, tags: [{ key: 'Environment', value: 'prod' }] });
    const found = await read('VirtualNode', { meshName, virtualNodeName: 'red' });
    expect(found.tags).toEqual([{ key: 'Environment', value: 'prod' }]);
    expect(found.document.metadata.version).toBe(1);
  });

  test('destroys in the order of what needs what; what is gone is NotFoundException, and gone twice as well', async () => {
    await apply();
    const gone = async (kind: string, names: object) => {
      const { metadata, status } = documentIn(await call(`Delete${kind}`, names));
      expect({ status, version: metadata.version }).toEqual({ status: { status: 'DELETED' }, version: 2 });
      for (const verb of ['Describe', 'Delete']) {
        await expect(call(`${verb}${kind}`, names)).rejects.toMatchObject({ name: 'NotFoundException' });
      }
      const { arn } = metadata;
      await expect(call('ListTagsForResource', { resourceArn: arn })).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    };
    for (const resource of colorStack.toReversed()) await gone(capital(resource.kind), inMesh(resource));
    await gone('Mesh', { meshName });
  });

  test('destroys in the wrong order, and is told what is in the way until it is not', async () => {
    await apply();
    const refused = { name: 'ResourceInUseException' };
    await expect(call('DeleteMesh', { meshName })).rejects.toMatchObject(refused);
    await expect(call('DeleteVirtualNode', { meshName, virtualNodeName: 'red' })).rejects.toMatchObject(refused);
    await expect(call('DeleteVirtualRouter', { meshName, virtualRouterName: 'color' })).rejects.toMatchObject(refused);
    for (const resource of colorStack.toReversed()) await call(`Delete${capital(resource.kind)}`, inMesh(resource));
    await call('DeleteMesh', { meshName });
  });

  test('makes a resource again after a replacement: a life of its own', async () => {
    await apply();
    const [resource] = colorStack;
    if (resource === undefined) return expect.fail('no stack');
    const names = { meshName, virtualNodeName: 'other' };
    const first = documentIn(await call('CreateVirtualNode', { ...names, spec: resource.spec }));
    await call('DeleteVirtualNode', names);
    const second = documentIn(await call('CreateVirtualNode', { ...names, spec: resource.changed }));
    expect(second.metadata.version).toBe(1);
    expect(second.metadata.uid).not.toBe(first.metadata.uid);
    await expect(call('CreateVirtualNode', { ...names, spec: {} })).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });
});
