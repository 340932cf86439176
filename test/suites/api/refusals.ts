// Noes as the SDK sees them: the error's name, its status and a message that says what is wrong.
import {
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  DeleteMeshCommand,
  DeleteVirtualNodeCommand,
  DescribeVirtualNodeCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateVirtualNodeCommand,
} from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { account, principals } from './principals.ts';

export function refusalSuite(bench: () => Bench): void {
  describe('the SDK is told', () => {
    let meshName: string;
    const refusal = (name: string, status: number, message: string) => ({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: status, requestId: expect.stringMatching(/./) },
    });
    const red = () => ({ meshName, virtualNodeName: 'red', spec: {} });
    const route = (virtualNode: string) => ({
      meshName,
      virtualRouterName: 'paint',
      routeName: 'all',
      spec: { httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode, weight: 1 }] } } },
    });

    beforeAll(async () => {
      meshName = await bench().mesh();
      const client = bench().client();
      await client.send(new CreateVirtualNodeCommand(red()));
      await client.send(new CreateVirtualRouterCommand({ meshName, virtualRouterName: 'paint', spec: {} }));
      await client.send(new CreateRouteCommand(route('red')));
    });

    test('ConflictException, 409: there is one of this name', async () => {
      await expect(bench().client().send(new CreateVirtualNodeCommand(red()))).rejects.toMatchObject(
        refusal('ConflictException', 409, `virtualNode red of mesh ${meshName}`),
      );
    });

    test('NotFoundException, 404: no such resource, no such mesh', async () => {
      const missing = { meshName, virtualNodeName: 'blue' };
      await expect(bench().client().send(new DescribeVirtualNodeCommand(missing))).rejects.toMatchObject(
        refusal('NotFoundException', 404, 'virtualNode/blue'),
      );
      await expect(
        bench()
          .client()
          .send(new UpdateVirtualNodeCommand({ ...missing, spec: {} })),
      ).rejects.toMatchObject(refusal('NotFoundException', 404, 'virtualNode blue'));
      const nowhere = new CreateVirtualNodeCommand({ ...red(), meshName: 'nowhere' });
      await expect(bench().client().send(nowhere)).rejects.toMatchObject(
        refusal('NotFoundException', 404, 'mesh nowhere'),
      );
    });

    test('ResourceInUseException, 409: with the names of its users', async () => {
      const node = new DeleteVirtualNodeCommand({ meshName, virtualNodeName: 'red' });
      await expect(bench().client().send(node)).rejects.toMatchObject(
        refusal('ResourceInUseException', 409, 'virtualRouter/paint/route/all'),
      );
      await expect(bench().client().send(new DeleteMeshCommand({ meshName }))).rejects.toMatchObject(
        refusal('ResourceInUseException', 409, 'virtualNode/red'),
      );
    });

    test('BadRequestException, 400: with the member that is wrong', async () => {
      const service = new CreateVirtualServiceCommand({
        meshName,
        virtualServiceName: 'blue.local',
        spec: { provider: { virtualNode: { virtualNodeName: 'blue' } } },
      });
      await expect(bench().client().send(service)).rejects.toMatchObject(
        refusal('BadRequestException', 400, 'spec.provider.virtualNode.virtualNodeName'),
      );
      const elsewhere = new CreateRouteCommand({ ...route('blue'), routeName: 'other' });
      await expect(bench().client().send(elsewhere)).rejects.toMatchObject(
        refusal('BadRequestException', 400, 'spec.httpRoute.action.weightedTargets[0].virtualNode'),
      );
      const named = new CreateVirtualNodeCommand({ ...red(), virtualNodeName: 'a.b' });
      await expect(bench().client().send(named)).rejects.toMatchObject(
        refusal('BadRequestException', 400, 'virtualNodeName'),
      );
    });

    test('TooManyTagsException, 400: more than 50', async () => {
      const resourceArn = bench().arn(meshName, 'virtualNode/red');
      const tags = (from: number) => Array.from({ length: 30 }, (_, at) => ({ key: `k${from + at}`, value: '' }));
      await bench()
        .client()
        .send(new TagResourceCommand({ resourceArn, tags: tags(0) }));
      await expect(
        bench()
          .client()
          .send(new TagResourceCommand({ resourceArn, tags: tags(30) })),
      ).rejects.toMatchObject(refusal('TooManyTagsException', 400, '50'));
      const { tags: kept } = await bench().client().send(new ListTagsForResourceCommand({ resourceArn }));
      expect(kept).toHaveLength(30);
    });

    test('ForbiddenException, 403: the mesh of another account', async () => {
      const stranger = bench().client(principals.stranger);
      const command = new UpdateVirtualNodeCommand({ ...red(), meshOwner: account });
      await expect(stranger.send(command)).rejects.toMatchObject(
        refusal('ForbiddenException', 403, `Account ${principals.stranger.accountId} has no access`),
      );
      const tag = new TagResourceCommand({ resourceArn: bench().arn(meshName), tags: [] });
      await expect(stranger.send(tag)).rejects.toMatchObject(refusal('ForbiddenException', 403, 'no access'));
    });

    test.each([
      'not an ARN',
      'arn:aws:appmesh:eu-central-1:111111111111:mesh/m',
      'arn:aws:ecs:us-east-1:111111111111:cluster/c',
      'arn:aws:appmesh:us-east-1:111111111111:mesh/m/virtualNode',
    ])('BadRequestException, 400: the ARN %j', async (resourceArn) => {
      const command = new ListTagsForResourceCommand({ resourceArn });
      await expect(bench().client().send(command)).rejects.toMatchObject(
        refusal('BadRequestException', 400, 'resourceArn'),
      );
    });
  });
}
