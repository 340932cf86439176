// The life of a shared mesh outside of an organization: shared, invited, accepted, used, refused, taken back.
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  DeleteMeshCommand,
  DescribeMeshCommand,
  DescribeVirtualNodeCommand,
  ListMeshesCommand,
  ListVirtualNodesCommand,
} from '@aws-sdk/client-app-mesh';
import {
  AcceptResourceShareInvitationCommand,
  AssociateResourceShareCommand,
  DeleteResourceShareCommand,
  DisassociateResourceShareCommand,
  GetResourcePoliciesCommand,
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  ListPendingInvitationResourcesCommand,
  ListPrincipalsCommand,
  ListResourcesCommand,
  RejectResourceShareInvitationCommand,
} from '@aws-sdk/client-ram';
import { describe, expect, test } from 'vitest';
import type { Principal } from '../api/principals.ts';
import type { SharingBench } from './bench.ts';
import { party } from './party.ts';

const { owner, consumer, stranger } = party;

export function lifeSuite(bench: () => SharingBench): void {
  const describeAs = (caller: Principal, meshName: string) =>
    bench()
      .mesh(caller)
      .send(new DescribeMeshCommand({ meshName, meshOwner: owner.accountId }));
  const listed = async (caller: Principal) => {
    const { meshes = [] } = await bench().mesh(caller).send(new ListMeshesCommand({}));
    return meshes.filter(({ meshOwner }) => meshOwner === owner.accountId).map(({ meshName }) => meshName);
  };
  const invitation = async (caller: Principal, share: string) => {
    const command = new GetResourceShareInvitationsCommand({ resourceShareArns: [share] });
    const { resourceShareInvitations: [found] = [] } = await bench().ram(caller).send(command);
    return found;
  };
  const accept = async (caller: Principal, share: string) => {
    const { resourceShareInvitationArn } = (await invitation(caller, share)) ?? {};
    return bench().ram(caller).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
  };
  const associations = async (share: string, associationType: 'PRINCIPAL' | 'RESOURCE') => {
    const command = new GetResourceShareAssociationsCommand({ associationType, resourceShareArns: [share] });
    const { resourceShareAssociations = [] } = await bench().ram(owner).send(command);
    return Object.fromEntries(resourceShareAssociations.map((one) => [one.associatedEntity, one.status]));
  };

  describe('a mesh shared by invitation', () => {
    test('is used from the acceptance on and no more once the share is deleted', async () => {
      const { meshName, arn } = await bench().newMesh();
      const share = await bench().newShare({ resourceArns: [arn], principals: [consumer.accountId] });
      expect(await associations(share, 'RESOURCE')).toEqual({ [arn]: 'ASSOCIATED' });
      expect(await associations(share, 'PRINCIPAL')).toEqual({ [consumer.accountId]: 'ASSOCIATING' });

      // Invited is not yet in.
      await expect(describeAs(consumer, meshName)).rejects.toThrow(
        expect.objectContaining({ name: 'ForbiddenException' }),
      );
      expect(await listed(consumer)).not.toContain(meshName);
      expect(await invitation(stranger, share)).toBeUndefined();
      const pending = await invitation(consumer, share);
      expect(pending).toMatchObject({
        resourceShareArn: share,
        senderAccountId: owner.accountId,
        receiverAccountId: consumer.accountId,
        status: 'PENDING',
      });
      const { resources } = await bench()
        .ram(consumer)
        .send(
          new ListPendingInvitationResourcesCommand({
            resourceShareInvitationArn: pending?.resourceShareInvitationArn,
          }),
        );
      expect(resources).toMatchObject([{ arn, type: 'appmesh:Mesh', status: 'AVAILABLE' }]);

      const accepted = await accept(consumer, share);
      expect(accepted.resourceShareInvitation?.status).toBe('ACCEPTED');
      expect(await associations(share, 'PRINCIPAL')).toEqual({ [consumer.accountId]: 'ASSOCIATED' });
      await expect(accept(consumer, share)).rejects.toThrow(
        expect.objectContaining({ name: 'ResourceShareInvitationAlreadyAcceptedException' }),
      );

      // In use: the consumer's own node in the owner's mesh.
      expect((await describeAs(consumer, meshName)).mesh?.metadata?.resourceOwner).toBe(owner.accountId);
      expect(await listed(consumer)).toContain(meshName);
      const inMesh = { meshName, meshOwner: owner.accountId };
      const node = { ...inMesh, virtualNodeName: 'theirs' };
      const made = await bench()
        .mesh(consumer)
        .send(new CreateVirtualNodeCommand({ ...node, spec: {} }));
      expect(made.virtualNode?.metadata).toMatchObject({
        resourceOwner: consumer.accountId,
        meshOwner: owner.accountId,
        arn: arn.replace(owner.accountId, consumer.accountId).concat('/virtualNode/theirs'),
      });
      for (const command of [new DescribeVirtualNodeCommand(node), new ListVirtualNodesCommand(inMesh)]) {
        await expect(
          bench()
            .mesh(stranger)
            .send(command as DescribeVirtualNodeCommand),
        ).rejects.toThrow(expect.objectContaining({ name: 'ForbiddenException' }));
      }
      expect(await listed(stranger)).toEqual([]);

      // What each side is told of it.
      const theirs = { resourceOwner: 'OTHER-ACCOUNTS' as const, resourceShareArns: [share] };
      const resourcesSeen = await bench().ram(consumer).send(new ListResourcesCommand(theirs));
      expect(resourcesSeen.resources).toMatchObject([{ arn, type: 'appmesh:Mesh', resourceShareArn: share }]);
      const senders = await bench().ram(consumer).send(new ListPrincipalsCommand(theirs));
      expect(senders.principals).toMatchObject([{ id: owner.accountId, resourceShareArn: share, external: true }]);
      const { resourceShares } = await bench().ram(consumer).send(new GetResourceSharesCommand(theirs));
      expect(resourceShares).toMatchObject([
        { resourceShareArn: share, owningAccountId: owner.accountId, status: 'ACTIVE' },
      ]);
      const users = await bench()
        .ram(owner)
        .send(new ListPrincipalsCommand({ resourceOwner: 'SELF', resourceArn: arn }));
      expect(users.principals).toMatchObject([{ id: consumer.accountId, external: true }]);
      const { policies = [] } = await bench()
        .ram(owner)
        .send(new GetResourcePoliciesCommand({ resourceArns: [arn] }));
      expect(policies.map((policy) => JSON.parse(policy).Statement[0].Principal)).toEqual([
        { AWS: [consumer.accountId] },
      ]);

      // Over: refused from the next request on, and what was made stays for the owner.
      await bench()
        .ram(owner)
        .send(new DeleteResourceShareCommand({ resourceShareArn: share }));
      await expect(describeAs(consumer, meshName)).rejects.toThrow(
        expect.objectContaining({ name: 'ForbiddenException' }),
      );
      expect(await listed(consumer)).not.toContain(meshName);
      const kept = await bench().mesh(owner).send(new DescribeVirtualNodeCommand(node));
      expect(kept.virtualNode?.metadata?.resourceOwner).toBe(consumer.accountId);
      const gone = await bench()
        .ram(owner)
        .send(new GetResourceSharesCommand({ resourceOwner: 'SELF', resourceShareArns: [share] }));
      expect(gone.resourceShares).toMatchObject([{ status: 'DELETED' }]);
      await expect(bench().ram(consumer).send(new GetResourceSharesCommand(theirs))).rejects.toThrow(
        expect.objectContaining({ name: 'UnknownResourceException' }),
      );
    });

    test('is not used by whoever rejects it, until it is invited again and accepts', async () => {
      const { meshName, arn } = await bench().newMesh();
      const share = await bench().newShare({ resourceArns: [arn], principals: [consumer.accountId] });
      const first = await invitation(consumer, share);
      const reject = new RejectResourceShareInvitationCommand({
        resourceShareInvitationArn: first?.resourceShareInvitationArn,
      });
      await expect(bench().ram(stranger).send(reject)).rejects.toThrow(
        expect.objectContaining({ name: 'ResourceShareInvitationArnNotFoundException' }),
      );
      expect((await bench().ram(consumer).send(reject)).resourceShareInvitation?.status).toBe('REJECTED');
      expect(await associations(share, 'PRINCIPAL')).toEqual({ [consumer.accountId]: 'FAILED' });
      await expect(accept(consumer, share)).rejects.toThrow(
        expect.objectContaining({ name: 'ResourceShareInvitationAlreadyRejectedException' }),
      );
      await expect(describeAs(consumer, meshName)).rejects.toThrow(
        expect.objectContaining({ name: 'ForbiddenException' }),
      );

      const again = { resourceShareArn: share, principals: [consumer.accountId] };
      await bench().ram(owner).send(new AssociateResourceShareCommand(again));
      const second = await invitation(consumer, share);
      expect(second?.resourceShareInvitationArn).not.toBe(first?.resourceShareInvitationArn);
      await accept(consumer, share);
      expect((await describeAs(consumer, meshName)).mesh?.meshName).toBe(meshName);
    });

    test('is in the share from when it is put in until it is taken out, whoever is in it already', async () => {
      const [first, second] = [await bench().newMesh(), await bench().newMesh()];
      const share = await bench().newShare({ resourceArns: [first.arn], principals: [consumer.accountId] });
      await accept(consumer, share);
      const more = { resourceShareArn: share, resourceArns: [second.arn] };
      await expect(describeAs(consumer, second.meshName)).rejects.toThrow();
      const put = await bench().ram(owner).send(new AssociateResourceShareCommand(more));
      expect(put.resourceShareAssociations).toMatchObject([
        { associatedEntity: second.arn, associationType: 'RESOURCE' },
      ]);
      expect(await listed(consumer)).toEqual(expect.arrayContaining([first.meshName, second.meshName]));
      await bench()
        .ram(owner)
        .send(new DisassociateResourceShareCommand({ resourceShareArn: share, resourceArns: [first.arn] }));
      expect(await listed(consumer)).not.toContain(first.meshName);
      await expect(describeAs(consumer, first.meshName)).rejects.toThrow();
      expect((await describeAs(consumer, second.meshName)).mesh?.meshName).toBe(second.meshName);
      expect(await associations(share, 'RESOURCE')).toEqual({
        [first.arn]: 'DISASSOCIATED',
        [second.arn]: 'ASSOCIATED',
      });
    });

    test('that two shares grant is used until both have ended', async () => {
      const { meshName, arn } = await bench().newMesh();
      const request = { resourceArns: [arn], principals: [consumer.accountId] };
      const [one, other] = [await bench().newShare(request), await bench().newShare(request)];
      await accept(consumer, one);
      await accept(consumer, other);
      await bench()
        .ram(owner)
        .send(new DeleteResourceShareCommand({ resourceShareArn: one }));
      expect((await describeAs(consumer, meshName)).mesh?.meshName).toBe(meshName);
      expect(await listed(consumer)).toContain(meshName);
      await bench()
        .ram(owner)
        .send(new DisassociateResourceShareCommand({ resourceShareArn: other, principals: [consumer.accountId] }));
      await expect(describeAs(consumer, meshName)).rejects.toThrow();
      expect(await listed(consumer)).not.toContain(meshName);
    });

    test('is left by a consumer who goes on its own, and by no one else for it', async () => {
      const { meshName, arn } = await bench().newMesh();
      const share = await bench().newShare({
        resourceArns: [arn],
        principals: [consumer.accountId, stranger.accountId],
      });
      await accept(consumer, share);
      await accept(stranger, share);
      const leave = (principal: Principal) =>
        new DisassociateResourceShareCommand({ resourceShareArn: share, principals: [principal.accountId] });
      await expect(bench().ram(stranger).send(leave(consumer))).rejects.toThrow(
        expect.objectContaining({ name: 'OperationNotPermittedException' }),
      );
      await bench().ram(consumer).send(leave(consumer));
      await expect(describeAs(consumer, meshName)).rejects.toThrow();
      expect((await describeAs(stranger, meshName)).mesh?.meshName).toBe(meshName);
    });

    test('that is deleted leaves its shares at once, and a new one of its name is in none', async () => {
      const { meshName, arn } = await bench().newMesh();
      const share = await bench().newShare({ resourceArns: [arn], principals: [consumer.accountId] });
      await accept(consumer, share);
      await bench().mesh(owner).send(new DeleteMeshCommand({ meshName }));
      expect(await associations(share, 'RESOURCE')).toEqual({ [arn]: 'DISASSOCIATED' });
      await bench().mesh(owner).send(new CreateMeshCommand({ meshName }));
      await expect(describeAs(consumer, meshName)).rejects.toThrow(
        expect.objectContaining({ name: 'ForbiddenException' }),
      );
      expect(await listed(consumer)).not.toContain(meshName);
    });
  });
}
