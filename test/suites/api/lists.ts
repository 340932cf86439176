// Lists, a page at a time: complete, ordered by name, bound to what is listed, and stable while others write.
import {
  CreateVirtualNodeCommand,
  DeleteVirtualNodeCommand,
  ListMeshesCommand,
  ListRoutesCommand,
  ListTagsForResourceCommand,
  ListVirtualNodesCommand,
  paginateListMeshes,
  paginateListTagsForResource,
  paginateListVirtualNodes,
  TagResourceCommand,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { principals } from './principals.ts';

const invalid = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };

export function listSuite(bench: () => Bench): void {
  describe('a list', () => {
    let meshName: string;
    const node = (virtualNodeName: string) => new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec: {} });
    const namesOf = (nodes: readonly { readonly virtualNodeName?: string | undefined }[] = []) =>
      nodes.map(({ virtualNodeName }) => virtualNodeName);
    const page = (limit: number, nextToken?: string) =>
      bench()
        .client()
        .send(new ListVirtualNodesCommand({ meshName, limit, ...(nextToken && { nextToken }) }));

    beforeAll(async () => {
      meshName = await bench().mesh();
      for (const name of ['e', 'b', 'd', 'a', 'c']) await bench().client().send(node(name));
    });

    test('holds everything, ordered by name, and no token when there is no more', async () => {
      const { virtualNodes, nextToken } = await bench().client().send(new ListVirtualNodesCommand({ meshName }));
      expect(namesOf(virtualNodes)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(nextToken).toBeUndefined();
    });

    test('comes in pages of the limit that is asked for', async () => {
      const pages: unknown[] = [];
      const paginator = paginateListVirtualNodes({ client: bench().client(), pageSize: 2 }, { meshName });
      for await (const { virtualNodes } of paginator) pages.push(namesOf(virtualNodes));
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      expect((await page(5)).nextToken).toBeUndefined();
    });

    test('goes on where it stopped, though others write meanwhile', async () => {
      const first = await page(2);
      await bench()
        .client()
        .send(new DeleteVirtualNodeCommand({ meshName, virtualNodeName: 'b' }));
      await bench().client().send(node('aa'));
      await bench().client().send(node('bb'));
      const second = await page(2, first.nextToken);
      expect([namesOf(first.virtualNodes), namesOf(second.virtualNodes)]).toEqual([
        ['a', 'b'],
        ['bb', 'c'],
      ]);
    });

    test('refuses a token of another operation, of another mesh, and one that is none', async () => {
      const { nextToken = '' } = await page(2);
      const elsewhere = await bench().mesh();
      const client = bench().client();
      await expect(client.send(new ListVirtualNodesCommand({ meshName: elsewhere, nextToken }))).rejects.toMatchObject(
        invalid,
      );
      await expect(client.send(new ListMeshesCommand({ nextToken }))).rejects.toMatchObject(invalid);
      for (const nonsense of ['nonsense', '""', 'e30', '%', '']) {
        await expect(client.send(new ListVirtualNodesCommand({ meshName, nextToken: nonsense }))).rejects.toMatchObject(
          invalid,
        );
      }
    });

    test.each(['abc', '0', '-1', '101', '1.5', '', '1e1', ' 5', '9999999999999999999999'])(
      'refuses the limit %j',
      async (limit) => {
        const { status, headers, body } = await bench().call('ListVirtualNodes', { meshName, limit });
        expect([status, headers['x-amzn-errortype']]).toEqual([400, 'BadRequestException']);
        expect(body.message).toMatch(/'limit'/);
      },
    );

    test('of the routes of a router that is not there is not found', async () => {
      const command = new ListRoutesCommand({ meshName, virtualRouterName: 'none' });
      await expect(bench().client().send(command)).rejects.toMatchObject({ name: 'NotFoundException' });
    });

    test('of what is in a mesh that is not there is not found', async () => {
      const command = new ListVirtualNodesCommand({ meshName: 'none' });
      await expect(bench().client().send(command)).rejects.toMatchObject({ name: 'NotFoundException' });
    });

    test('of meshes holds those of the account, and no others', async () => {
      const client = bench().client(principals.lister);
      const made = [await bench().mesh(principals.lister), await bench().mesh(principals.lister)].sort();
      await bench().mesh();
      const listed: unknown[] = [];
      for await (const { meshes = [] } of paginateListMeshes({ client, pageSize: 1 }, {})) {
        listed.push(...meshes.map((mesh) => [mesh.meshName, mesh.arn, mesh.meshOwner]));
      }
      const { accountId } = principals.lister;
      expect(listed).toEqual(made.map((name) => [name, bench().arn(name, 'mesh', accountId), accountId]));
    });

    test('of tags comes in pages, too', async () => {
      const resourceArn = bench().arn(meshName);
      const tags = ['c', 'a', 'b'].map((key) => ({ key, value: key.toUpperCase() }));
      await bench().client().send(new TagResourceCommand({ resourceArn, tags }));
      const pages: unknown[] = [];
      const paginator = paginateListTagsForResource({ client: bench().client(), pageSize: 2 }, { resourceArn });
      for await (const one of paginator) pages.push(one.tags?.map(({ key }) => key));
      expect(pages).toEqual([['a', 'b'], ['c']]);
      const command = new ListTagsForResourceCommand({ resourceArn, limit: 51 });
      await expect(bench().client().send(command)).rejects.toMatchObject(invalid);
    });
  });
}
