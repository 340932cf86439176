// Sharing inside an organization: refused until it is enabled, then at once and without invitations.
import { CreateVirtualNodeCommand, DescribeMeshCommand, ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import {
  AssociateResourceShareCommand,
  DisassociateResourceShareCommand,
  EnableSharingWithAwsOrganizationCommand,
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
} from '@aws-sdk/client-ram';
import { describe, expect, test } from 'vitest';
import type { Principal } from '../api/principals.ts';
import type { SharingBench } from './bench.ts';
import { organization, party } from './party.ts';

const { owner, colleague, member, stranger } = party;

export function organizationSuite(bench: () => SharingBench): void {
  const sees = (caller: Principal, meshName: string): Promise<boolean> =>
    bench()
      .mesh(caller)
      .send(new DescribeMeshCommand({ meshName, meshOwner: owner.accountId }))
      .then(
        () => true,
        (error: Error) => {
          expect(error.name).toBe('ForbiddenException');
          return false;
        },
      );
  const seenBy = async (meshName: string) => {
    const callers = { colleague, member, stranger };
    const seen = await Promise.all(
      Object.entries(callers).map(async ([name, caller]) => ((await sees(caller, meshName)) ? [name] : [])),
    );
    return seen.flat();
  };

  describe('inside an organization', () => {
    test('sharing has to be enabled, by an account of it', async () => {
      const { arn } = await bench().newMesh();
      const request = { resourceArns: [arn], principals: [organization.arn] };
      await expect(bench().newShare(request)).rejects.toThrow(
        expect.objectContaining({ name: 'UnknownResourceException' }),
      );
      const share = await bench().newShare({ resourceArns: [arn], principals: [colleague.accountId] });
      const invitations = new GetResourceShareInvitationsCommand({ resourceShareArns: [share] });
      expect((await bench().ram(colleague).send(invitations)).resourceShareInvitations).toHaveLength(1);
      const enable = new EnableSharingWithAwsOrganizationCommand({});
      await expect(bench().ram(stranger).send(enable)).rejects.toThrow(
        expect.objectContaining({ name: 'OperationNotPermittedException' }),
      );
      expect((await bench().ram(owner).send(enable)).returnValue).toBe(true);
      expect((await bench().ram(owner).send(enable)).returnValue).toBe(true);
    });

    test('a mesh shared with an account is its to use at once', async () => {
      const { meshName, arn } = await bench().newMesh();
      const share = await bench().newShare({
        resourceArns: [arn],
        principals: [colleague.accountId],
        allowExternalPrincipals: false,
      });
      expect(await seenBy(meshName)).toEqual(['colleague']);
      const associations = new GetResourceShareAssociationsCommand({
        associationType: 'PRINCIPAL',
        resourceShareArns: [share],
      });
      const { resourceShareAssociations } = await bench().ram(owner).send(associations);
      expect(resourceShareAssociations).toMatchObject([
        { associatedEntity: colleague.accountId, status: 'ASSOCIATED', external: false },
      ]);
      const invitations = new GetResourceShareInvitationsCommand({ resourceShareArns: [share] });
      expect((await bench().ram(colleague).send(invitations)).resourceShareInvitations).toEqual([]);
      const leave = new DisassociateResourceShareCommand({
        resourceShareArn: share,
        principals: [colleague.accountId],
      });
      await expect(bench().ram(colleague).send(leave)).rejects.toThrow(
        expect.objectContaining({ name: 'OperationNotPermittedException' }),
      );
      await bench().ram(owner).send(leave);
      expect(await seenBy(meshName)).toEqual([]);
    });

    test('a mesh shared with a unit is used in that unit, one shared with the organization by all in it', async () => {
      const { meshName, arn } = await bench().newMesh();
      const resourceShareArn = await bench().newShare({ resourceArns: [arn], principals: [organization.unitArn] });
      expect(await seenBy(meshName)).toEqual(['member']);
      const node = { meshName, meshOwner: owner.accountId, virtualNodeName: 'theirs', spec: {} };
      await bench().mesh(member).send(new CreateVirtualNodeCommand(node));
      const all = { resourceShareArn, principals: [organization.arn] };
      await bench().ram(owner).send(new AssociateResourceShareCommand(all));
      expect(await seenBy(meshName)).toEqual(['colleague', 'member']);
      const { meshes = [] } = await bench().mesh(colleague).send(new ListMeshesCommand({}));
      expect(meshes.map((mesh) => mesh.meshName)).toContain(meshName);
      const theirs = new GetResourceSharesCommand({
        resourceOwner: 'OTHER-ACCOUNTS',
        resourceShareArns: [resourceShareArn],
      });
      expect((await bench().ram(colleague).send(theirs)).resourceShares).toMatchObject([{ resourceShareArn }]);
      await expect(bench().ram(stranger).send(theirs)).rejects.toThrow(
        expect.objectContaining({ name: 'UnknownResourceException' }),
      );
      await bench().ram(owner).send(new DisassociateResourceShareCommand(all));
      expect(await seenBy(meshName)).toEqual(['member']);
    });
  });
}
