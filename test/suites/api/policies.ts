// Policies: nothing without an allow, nothing against a deny, by action and ARN with wildcards; asked before anything
// about the mesh is told.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bench, RawAnswer } from './bench.ts';
import { type Principal, principals } from './principals.ts';

const { nobody, reader, keeper, painter, director } = principals;

export function policySuite(bench: () => Bench): void {
  describe('a policy', () => {
    let meshName: string;
    const node = (virtualNodeName: string, by: Principal) =>
      bench().call('CreateVirtualNode', { meshName, virtualNodeName, spec: {} }, by);
    const route = (routeName: string, nodes: readonly string[], by: Principal, operation = 'CreateRoute') =>
      bench().call(
        operation,
        {
          meshName,
          virtualRouterName: 'paint',
          routeName,
          spec: {
            httpRoute: {
              match: { prefix: '/' },
              action: { weightedTargets: nodes.map((virtualNode) => ({ virtualNode, weight: 1 })) },
            },
          },
        },
        by,
      );

    beforeAll(async () => {
      meshName = await bench().mesh();
      await bench().call('CreateVirtualNode', { meshName, virtualNodeName: 'red', spec: {} });
      await bench().call('CreateVirtualNode', { meshName, virtualNodeName: 'blue', spec: {} });
      await bench().call('CreateVirtualRouter', { meshName, virtualRouterName: 'paint', spec: {} });
    });

    function expectDenied({ status, headers, body }: RawAnswer, by: Principal, action: string, arn: string): void {
      expect([status, headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
      expect(body.message).toContain(
        `User: ${by.arn} is not authorized to perform: appmesh:${action} on resource: ${arn}`,
      );
    }

    test('that is missing allows nothing, not even to learn what there is', async () => {
      const there = await bench().call('DescribeMesh', { meshName }, nobody);
      expectDenied(there, nobody, 'DescribeMesh', bench().arn(meshName));
      const notThere = await bench().call('DescribeMesh', { meshName: 'never' }, nobody);
      expectDenied(notThere, nobody, 'DescribeMesh', bench().arn('never'));
      expectDenied(await bench().call('ListMeshes', {}, nobody), nobody, 'ListMeshes', '*');
    });

    test('allows by action: who may read may not write', async () => {
      expect((await bench().call('DescribeMesh', { meshName }, reader)).status).toBe(200);
      expect((await bench().call('ListMeshes', {}, reader)).status).toBe(200);
      const arn = bench().arn(meshName, 'virtualNode/green');
      expectDenied(await node('green', reader), reader, 'CreateVirtualNode', arn);
    });

    test('that denies wins over one that allows', async () => {
      expect((await node('kept', keeper)).status).toBe(200);
      const denied = await bench().call('DeleteVirtualNode', { meshName, virtualNodeName: 'kept' }, keeper);
      expectDenied(denied, keeper, 'DeleteVirtualNode', bench().arn(meshName, 'virtualNode/kept'));
      expect(denied.body.message).toContain('explicit deny');
    });

    test('allows by ARN with wildcards', async () => {
      expect((await node('paint-1', painter)).status).toBe(200);
      const arn = bench().arn(meshName, 'virtualNode/brush-1');
      expectDenied(await node('brush-1', painter), painter, 'CreateVirtualNode', arn);
      const list = await bench().call('ListVirtualNodes', { meshName }, painter);
      expectDenied(list, painter, 'ListVirtualNodes', bench().arn(meshName));
    });

    test('a route needs the permission for the nodes that it sends to as well', async () => {
      expect((await route('to-red', ['red'], director)).status).toBe(200);
      const blue = bench().arn(meshName, 'virtualNode/blue');
      expectDenied(await route('to-both', ['red', 'blue'], director), director, 'CreateRoute', blue);
      const moved = await route('to-red', ['blue'], director, 'UpdateRoute');
      expectDenied(moved, director, 'UpdateRoute', blue);
      const green = bench().arn(meshName, 'virtualNode/green');
      expectDenied(await route('to-none', ['green'], director), director, 'CreateRoute', green);
    });

    test('is asked about the route and not about its router', async () => {
      const read = await bench().call('DescribeVirtualRouter', { meshName, virtualRouterName: 'paint' }, director);
      expectDenied(read, director, 'DescribeVirtualRouter', bench().arn(meshName, 'virtualRouter/paint'));
    });

    test('for one resource is not fooled by a name that spells another', async () => {
      const virtualNodeName = 'x/virtualNode/paint-1';
      const { status } = await bench().call('DescribeVirtualNode', { meshName, virtualNodeName }, painter);
      expect(status).not.toBe(200);
      const router = { meshName, virtualRouterName: 'paint/route/to-red' };
      expect((await bench().call('DeleteVirtualRouter', router)).status).toBe(404);
      const service = { meshName, virtualServiceName: 's', spec: { provider: { virtualRouter: router } } };
      const { meshName: _mesh, ...provider } = router;
      const named = { ...service, spec: { provider: { virtualRouter: provider } } };
      expect((await bench().call('CreateVirtualService', named)).status).toBe(400);
    });

    test('of another account opens no mesh that is not its own', async () => {
      const input = { meshName, meshOwner: principals.owner.accountId };
      const { headers } = await bench().call('DescribeMesh', input, principals.stranger);
      expect(headers['x-amzn-errortype']).toBe('ForbiddenException');
    });
  });
}
