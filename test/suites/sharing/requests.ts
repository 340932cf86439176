// What RAM says to requests: its errors by name, tokens, pages, tags, permissions, limits.
import {
  AssociateResourceShareCommand,
  CreateResourceShareCommand,
  DeleteResourceShareCommand,
  DisassociateResourceShareCommand,
  GetPermissionCommand,
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  ListPermissionsCommand,
  ListResourceSharePermissionsCommand,
  ListResourcesCommand,
  ListResourceTypesCommand,
  type RAMClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateResourceShareCommand,
} from '@aws-sdk/client-ram';
import { describe, expect, test } from 'vitest';
import type { SharingBench } from './bench.ts';
import { party } from './party.ts';

const { owner, consumer, stranger, clerk, guard } = party;
const permission = 'arn:aws:ram::aws:permission/AWSRAMDefaultPermissionAppMesh';

export function requestSuite(bench: () => SharingBench): void {
  const refused = async (call: Promise<unknown>, name: string, ...said: readonly string[]) => {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name });
    for (const text of said) expect((error as Error).message).toContain(text);
  };
  const ram = (): RAMClient => bench().ram(owner);
  const shareArn = (id: string, account = owner.accountId) =>
    `arn:aws:ram:${bench().region}:${account}:resource-share/${id}`;
  const meshArn = (name: string, account = owner.accountId) =>
    `arn:aws:appmesh:${bench().region}:${account}:mesh/${name}`;

  describe('a request', () => {
    test('without what is required, or with what it cannot hold, is refused by name', async () => {
      await refused(
        ram().send(new CreateResourceShareCommand({ name: undefined })),
        'MissingRequiredParameterException',
        'name',
      );
      for (const name of ['x'.repeat(256), 'a\u0000b', 'a\nb']) {
        await refused(ram().send(new CreateResourceShareCommand({ name })), 'InvalidParameterException', 'name');
      }
      await refused(
        ram().send(new GetResourceSharesCommand({ resourceOwner: 'NOBODY' as 'SELF' })),
        'InvalidParameterException',
        'resourceOwner',
      );
      await refused(
        ram().send(new GetResourceSharesCommand({ resourceOwner: 'SELF', maxResults: 501 })),
        'InvalidMaxResultsException',
      );
      await refused(
        ram().send(new CreateResourceShareCommand({ name: 'x', clientToken: 'a b' })),
        'InvalidClientTokenException',
      );
      const both = { associationType: 'PRINCIPAL', resourceArn: meshArn('m') } as const;
      await refused(
        ram().send(new GetResourceShareAssociationsCommand(both)),
        'InvalidParameterException',
        'resourceArn',
      );
      const nothing = { resourceShareArn: await bench().newShare() };
      await refused(ram().send(new AssociateResourceShareCommand(nothing)), 'InvalidParameterException');
      const sources = { ...nothing, principals: [consumer.accountId], sources: [owner.accountId] };
      await refused(ram().send(new AssociateResourceShareCommand(sources)), 'InvalidParameterException', 'sources');
    });

    test('names shares and invitations that are there, and spells them right', async () => {
      const update = (resourceShareArn: string) =>
        ram().send(new UpdateResourceShareCommand({ resourceShareArn, name: 'new' }));
      await refused(update('share'), 'MalformedArnException', 'share');
      await refused(update(shareArn('never')), 'UnknownResourceException', shareArn('never'));
      const theirs = await bench().newShare();
      const foreign = bench().ram(stranger);
      await refused(
        foreign.send(new UpdateResourceShareCommand({ resourceShareArn: theirs, name: 'mine' })),
        'UnknownResourceException',
      );
      await refused(
        foreign.send(new DeleteResourceShareCommand({ resourceShareArn: theirs })),
        'UnknownResourceException',
      );
      await refused(
        foreign.send(new ListResourceSharePermissionsCommand({ resourceShareArn: theirs })),
        'UnknownResourceException',
      );
      const invitations = (arn: string) =>
        new GetResourceShareInvitationsCommand({ resourceShareInvitationArns: [arn] });
      await refused(ram().send(invitations('x')), 'MalformedArnException');
      const never = shareArn('never').replace('resource-share', 'resource-share-invitation');
      await refused(ram().send(invitations(never)), 'ResourceShareInvitationArnNotFoundException', never);
    });

    test('shares meshes of the account that are there, and nothing else', async () => {
      const share = (resource: string) => bench().newShare({ resourceArns: [resource] });
      await refused(share('mesh'), 'MalformedArnException', 'mesh');
      await refused(share(meshArn('never')), 'UnknownResourceException', meshArn('never'));
      await refused(share(meshArn('m', stranger.accountId)), 'OperationNotPermittedException');
      await refused(share(`${meshArn('m')}/virtualNode/n`), 'InvalidParameterException', 'appmesh:Mesh');
      await refused(
        share(`arn:aws:ec2:${bench().region}:${owner.accountId}:subnet/s`),
        'InvalidParameterException',
        'subnet/s',
      );
    });

    test('shares with accounts, and with organizations and units of the own organization alone', async () => {
      const share = (principal: string) => bench().newShare({ principals: [principal] });
      await refused(share('o-1234567890'), 'InvalidParameterException', 'Principal ID o-1234567890 is malformed');
      await refused(share('22222222222'), 'InvalidParameterException', '22222222222');
      await refused(share(consumer.arn), 'InvalidParameterException', consumer.arn);
      await refused(share(`arn:aws:iam::${consumer.accountId}:role/r`), 'InvalidParameterException', 'IAM');
      await refused(share(owner.accountId), 'InvalidParameterException', owner.accountId);
      const foreign = 'arn:aws:organizations::999999999999';
      await refused(
        share(`${foreign}:organization/o-elsewhere1`),
        'UnknownResourceException',
        'Organization o-elsewhere1 could not be found',
      );
      await refused(
        share(`${foreign}:ou/o-elsewhere1/ou-ab12-12345678`),
        'UnknownResourceException',
        'ou-ab12-12345678',
      );
      const closed = { principals: [stranger.accountId], allowExternalPrincipals: false };
      await refused(bench().newShare(closed), 'OperationNotPermittedException', stranger.accountId);
    });

    test('cannot take out what is not in the share', async () => {
      const resourceShareArn = await bench().newShare();
      const take = new DisassociateResourceShareCommand({ resourceShareArn, principals: [consumer.accountId] });
      await refused(ram().send(take), 'UnknownResourceException', consumer.accountId);
    });

    test('that comes again with its token does nothing twice, and with another request is refused', async () => {
      const request = { name: bench().name(), clientToken: `token-${bench().name()}` };
      const first = await ram().send(new CreateResourceShareCommand(request));
      const second = await ram().send(new CreateResourceShareCommand(request));
      expect(second.resourceShare?.resourceShareArn).toBe(first.resourceShare?.resourceShareArn);
      expect(second.clientToken).toBe(request.clientToken);
      const { resourceShares } = await ram().send(
        new GetResourceSharesCommand({ resourceOwner: 'SELF', name: request.name }),
      );
      expect(resourceShares).toHaveLength(1);
      const other = new CreateResourceShareCommand({ ...request, allowExternalPrincipals: false });
      await refused(ram().send(other), 'IdempotentParameterMismatchException');
      const put = {
        resourceShareArn: first.resourceShare?.resourceShareArn ?? '',
        principals: [consumer.accountId],
        clientToken: request.clientToken,
      };
      const invited = await ram().send(new AssociateResourceShareCommand(put));
      const again = await ram().send(new AssociateResourceShareCommand(put));
      expect(again.resourceShareAssociations).toEqual(invited.resourceShareAssociations);
    });

    test('names at most a thousand, and is refused before anything is asked about them', async () => {
      const many = Array.from({ length: 1001 }, (_, index) => index);
      const resourceArns = many.map((index) => meshArn(`m${index}`));
      const principals = many.map((index) => String(600_000_000_000 + index));
      // Of the clerk's policies none allows to share a mesh: had they been asked, this were refused in their name.
      for (const named of [{ resourceArns }, { principals }]) {
        const request = new CreateResourceShareCommand({ name: 'many', ...named });
        await refused(bench().ram(clerk).send(request), 'InvalidParameterException', '1000');
      }
    });

    test('puts at most 90 meshes into a share', async () => {
      const meshes = await Promise.all(Array.from({ length: 91 }, () => bench().newMesh()));
      const [last, ...most] = meshes.map(({ arn }) => arn);
      const resourceShareArn = await bench().newShare({ resourceArns: most, principals: [consumer.accountId] });
      const more = new AssociateResourceShareCommand({ resourceShareArn, resourceArns: [last ?? ''] });
      await refused(ram().send(more), 'ResourceShareLimitExceededException', '90');
      await ram().send(new DeleteResourceShareCommand({ resourceShareArn }));
    }, 60_000);
  });

  describe('the lists', () => {
    test('go on page by page, with a token that is theirs alone', async () => {
      const name = bench().name();
      const made = await Promise.all(
        ['1', '2', '3'].map((value) => bench().newShare({ name, tags: [{ key: 'n', value }] })),
      );
      const seen: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await ram().send(
          new GetResourceSharesCommand({ resourceOwner: 'SELF', name, maxResults: 2, nextToken }),
        );
        seen.push(...(page.resourceShares ?? []).map((one) => one.resourceShareArn ?? ''));
        nextToken = page.nextToken;
        if (nextToken !== undefined) {
          const elsewhere = new GetResourceSharesCommand({ resourceOwner: 'SELF', name: 'other', nextToken });
          await refused(ram().send(elsewhere), 'InvalidNextTokenException');
        }
      } while (nextToken !== undefined);
      expect(seen).toEqual(made.toSorted());
      await refused(
        ram().send(new ListResourcesCommand({ resourceOwner: 'SELF', nextToken: 'x' })),
        'InvalidNextTokenException',
      );
      const tagged = { resourceOwner: 'SELF' as const, name, tagFilters: [{ tagKey: 'n', tagValues: ['2'] }] };
      const { resourceShares } = await ram().send(new GetResourceSharesCommand(tagged));
      expect(resourceShares?.map((one) => one.resourceShareArn)).toEqual([made[1]]);
    });

    test("know App Mesh's one type and its one permission", async () => {
      const { resourceTypes } = await ram().send(new ListResourceTypesCommand({}));
      expect(resourceTypes).toEqual([
        { resourceType: 'appmesh:Mesh', serviceName: 'appmesh', resourceRegionScope: 'REGIONAL' },
      ]);
      const { permissions } = await ram().send(new ListPermissionsCommand({ resourceType: 'appmesh:Mesh' }));
      expect(permissions).toMatchObject([
        { arn: permission, resourceType: 'appmesh:Mesh', isResourceTypeDefault: true },
      ]);
      const found = await ram().send(new GetPermissionCommand({ permissionArn: permission }));
      const { Action } = JSON.parse(found.permission?.permission ?? '{}') as { Action: string[] };
      expect(Action).toEqual(
        expect.arrayContaining(['appmesh:CreateVirtualNode', 'appmesh:DescribeMesh', 'appmesh:TagResource']),
      );
      expect(
        Action.filter((action) => /(Create|Update|Delete)(Mesh|VirtualGateway|GatewayRoute)$/.test(action)),
      ).toEqual([]);
      await refused(
        ram().send(new GetPermissionCommand({ permissionArn: `${permission}2` })),
        'UnknownResourceException',
      );
      await refused(
        ram().send(new ListPermissionsCommand({ resourceType: 'ec2:Subnet' })),
        'InvalidResourceTypeException',
      );
      const resourceShareArn = await bench().newShare({ permissionArns: [permission] });
      const own = await ram().send(new ListResourceSharePermissionsCommand({ resourceShareArn }));
      expect(own.permissions).toMatchObject([{ arn: permission }]);
    });
  });

  describe('a share', () => {
    test('has a name and tags that its owner changes', async () => {
      const resourceShareArn = await bench().newShare({ tags: [{ key: 'a', value: '1' }] });
      await ram().send(new TagResourceCommand({ resourceShareArn, tags: [{ key: 'b', value: '2' }] }));
      await ram().send(new UntagResourceCommand({ resourceShareArn, tagKeys: ['a'] }));
      const name = bench().name();
      const { resourceShare } = await ram().send(new UpdateResourceShareCommand({ resourceShareArn, name }));
      expect(resourceShare).toMatchObject({ name, tags: [{ key: 'b', value: '2' }], allowExternalPrincipals: true });
      const aws = new TagResourceCommand({ resourceShareArn, tags: [{ key: 'aws:x', value: '' }] });
      await refused(ram().send(aws), 'InvalidParameterException');
      const many = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: '' }));
      await refused(ram().send(new TagResourceCommand({ resourceShareArn, tags: many })), 'TagLimitExceededException');
    });

    test('is made and changed by whom policies let', async () => {
      const { arn } = await bench().newMesh();
      const share = new CreateResourceShareCommand({ name: 'x', resourceArns: [arn] });
      await refused(bench().ram(clerk).send(share), 'AccessDeniedException', 'appmesh:PutMeshPolicy', arn);
      const resourceShareArn = await bench().newShare({ tags: [{ key: 'class', value: 'secret' }] });
      const rename = new UpdateResourceShareCommand({ resourceShareArn, name: 'y' });
      await refused(
        bench().ram(guard).send(rename),
        'AccessDeniedException',
        'ram:UpdateResourceShare',
        resourceShareArn,
      );
      await bench()
        .ram(guard)
        .send(new UpdateResourceShareCommand({ resourceShareArn: await bench().newShare(), name: 'y' }));
    });
  });
}
