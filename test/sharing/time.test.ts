// What time does to shares: invitations expire after seven days, what has ended is told of for two hours.
import { CreateMeshCommand, DescribeMeshCommand } from '@aws-sdk/client-app-mesh';
import {
  AcceptResourceShareInvitationCommand,
  AssociateResourceShareCommand,
  DeleteResourceShareCommand,
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  ListPendingInvitationResourcesCommand,
  RejectResourceShareInvitationCommand,
} from '@aws-sdk/client-ram';
import { beforeEach, describe, expect, test } from 'vitest';
import { type SharingBench, sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { party } from '#test/suites/sharing/party.ts';
import { startSharing } from './in-process.ts';

const { owner, consumer } = party;
const hour = 3_600_000;
const named = (name: string) => expect.objectContaining({ name });

describe('time passes', () => {
  let now: number;
  let bench: SharingBench;
  let share: string;
  const meshArn = `arn:aws:appmesh:us-east-1:${owner.accountId}:mesh/m`;

  beforeEach(async () => {
    now = 1_000_000_000_000;
    bench = sharingBenchOf(startSharing({ now: () => now }));
    await bench.mesh(owner).send(new CreateMeshCommand({ meshName: 'm' }));
    share = await bench.newShare({ resourceArns: [meshArn], principals: [consumer.accountId] });
  });

  const invitation = async () => {
    const { resourceShareInvitations = [] } = await bench
      .ram(consumer)
      .send(new GetResourceShareInvitationsCommand({}));
    return resourceShareInvitations[0];
  };
  const principal = async () => {
    const command = new GetResourceShareAssociationsCommand({ associationType: 'PRINCIPAL' });
    return (await bench.ram(owner).send(command)).resourceShareAssociations?.[0];
  };

  test('an invitation can be accepted until the seven days are over', async () => {
    now += 7 * 24 * hour - 1;
    const { resourceShareInvitationArn, status } = (await invitation()) ?? {};
    expect(status).toBe('PENDING');
    await bench.ram(consumer).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
    now += 365 * 24 * hour;
    const describeMesh = new DescribeMeshCommand({ meshName: 'm', meshOwner: owner.accountId });
    expect((await bench.mesh(consumer).send(describeMesh)).mesh?.meshName).toBe('m');
  });

  test('an invitation that has expired can only be made again', async () => {
    const { resourceShareInvitationArn } = (await invitation()) ?? {};
    now += 7 * 24 * hour;
    expect((await invitation())?.status).toBe('EXPIRED');
    expect(await principal()).toMatchObject({ status: 'FAILED', statusMessage: 'The invitation has expired.' });
    for (const command of [
      new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }),
      new RejectResourceShareInvitationCommand({ resourceShareInvitationArn }),
      new ListPendingInvitationResourcesCommand({ resourceShareInvitationArn }),
    ]) {
      const sent = bench.ram(consumer).send(command as AcceptResourceShareInvitationCommand);
      await expect(sent).rejects.toThrow(named('ResourceShareInvitationExpiredException'));
    }
    const again = { resourceShareArn: share, principals: [consumer.accountId] };
    await bench.ram(owner).send(new AssociateResourceShareCommand(again));
    const second = await invitation();
    expect(second?.status).toBe('PENDING');
    expect(second?.resourceShareInvitationArn).not.toBe(resourceShareInvitationArn);
    expect((await principal())?.status).toBe('ASSOCIATING');
  });

  test('a deleted share is told of for two hours', async () => {
    await bench.ram(owner).send(new DeleteResourceShareCommand({ resourceShareArn: share }));
    const look = async () =>
      (await bench.ram(owner).send(new GetResourceSharesCommand({ resourceOwner: 'SELF' }))).resourceShares;
    now += 2 * hour - 1;
    expect(await look()).toMatchObject([{ resourceShareArn: share, status: 'DELETED' }]);
    now += 1;
    expect(await look()).toEqual([]);
    const late = new GetResourceSharesCommand({ resourceOwner: 'SELF', resourceShareArns: [share] });
    await expect(bench.ram(owner).send(late)).rejects.toThrow(named('UnknownResourceException'));
  });

  test('a token that is older than a day is new again', async () => {
    const request = { resourceShareArn: share, clientToken: 'once' };
    await bench.ram(owner).send(new AssociateResourceShareCommand({ ...request, principals: ['999999999999'] }));
    const other = new AssociateResourceShareCommand({ ...request, principals: ['888888888888'] });
    await expect(bench.ram(owner).send(other)).rejects.toThrow(named('IdempotentParameterMismatchException'));
    now += 24 * hour;
    expect((await bench.ram(owner).send(other)).resourceShareAssociations).toHaveLength(1);
  });
});
