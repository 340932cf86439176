// What happens around an invitation before it is answered: its share is closed to accounts outside of the organization, the
// invited account leaves it, the owner's process dies. None of it lets anybody in who should not be.
import { randomUUID } from 'node:crypto';
import { CreateMeshCommand, DescribeMeshCommand } from '@aws-sdk/client-app-mesh';
import {
  AcceptResourceShareInvitationCommand,
  CreateResourceShareCommand,
  GetResourceShareInvitationsCommand,
  RejectResourceShareInvitationCommand,
  UpdateResourceShareCommand,
} from '@aws-sdk/client-ram';
import { beforeEach, expect, test } from 'vitest';
import type { Commit } from '#events/event.ts';
import { accountStream, organizationStream } from '#events/names.ts';
import type { EventStore } from '#events/store.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import type { Principal } from '#test/suites/api/principals.ts';
import { type SharingBench, sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { organization, party } from '#test/suites/sharing/party.ts';
import { crashingStore } from './crashing-store.ts';
import { organize, startSharing } from './in-process.ts';

const { owner, consumer, stranger, colleague } = party;
const meshArn = `arn:aws:appmesh:us-east-1:${owner.accountId}:mesh/m`;
const named = (name: string) => expect.objectContaining({ name });

let events: EventStore;
let bench: SharingBench;

beforeEach(async () => {
  events = memoryEventStore();
  await organize(events);
  bench = sharingBenchOf(startSharing({ events }));
  await bench.mesh(owner).send(new CreateMeshCommand({ meshName: 'm' }));
});

async function invitationOf(caller: Principal): Promise<{ readonly resourceShareInvitationArn: string }> {
  const { resourceShareInvitations: [found] = [] } = await bench
    .ram(caller)
    .send(new GetResourceShareInvitationsCommand({}));
  return { resourceShareInvitationArn: found?.resourceShareInvitationArn ?? '' };
}

const look = (caller: Principal) =>
  bench.mesh(caller).send(new DescribeMeshCommand({ meshName: 'm', meshOwner: owner.accountId }));

async function leaves(account: string): Promise<void> {
  const stream = organizationStream(organization.id);
  const written = await events.read(stream, 1, 100);
  const commit: Commit = {
    ...{ id: randomUUID(), stream, version: written.length + 1, time: Date.now(), schema: 1 },
    ...{ actor: { accountId: '000000000000', arn: 'heddle' }, requestId: 'leaves' },
    events: [{ type: 'OrganizationAccountRemoved', account }],
  };
  expect((await events.append([commit])).ok).toBe(true);
}

test('an account that has left the organization accepts no invitation to a share that is closed to others', async () => {
  await bench.newShare({
    resourceArns: [meshArn],
    principals: [colleague.accountId],
    allowExternalPrincipals: false,
  });
  const invitation = await invitationOf(colleague);
  await leaves(colleague.accountId);
  await expect(bench.ram(colleague).send(new AcceptResourceShareInvitationCommand(invitation))).rejects.toThrow(
    named('OperationNotPermittedException'),
  );
  await expect(look(colleague)).rejects.toThrow(named('ForbiddenException'));
  await bench.ram(colleague).send(new RejectResourceShareInvitationCommand(invitation));
});

test('one that is in it does', async () => {
  await bench.newShare({
    resourceArns: [meshArn],
    principals: [colleague.accountId],
    allowExternalPrincipals: false,
  });
  await bench.ram(colleague).send(new AcceptResourceShareInvitationCommand(await invitationOf(colleague)));
  expect((await look(colleague)).mesh?.meshName).toBe('m');
});

test('a share that is closed meanwhile lets in none of those it has invited, and keeps those who had accepted', async () => {
  const principals = [consumer.accountId, stranger.accountId];
  const resourceShareArn = await bench.newShare({ resourceArns: [meshArn], principals });
  await bench.ram(stranger).send(new AcceptResourceShareInvitationCommand(await invitationOf(stranger)));
  await bench.ram(owner).send(new UpdateResourceShareCommand({ resourceShareArn, allowExternalPrincipals: false }));
  await expect(
    bench.ram(consumer).send(new AcceptResourceShareInvitationCommand(await invitationOf(consumer))),
  ).rejects.toThrow(named('OperationNotPermittedException'));
  await expect(look(consumer)).rejects.toThrow(named('ForbiddenException'));
  expect((await look(stranger)).mesh?.meshName).toBe('m');
});

test('what a crash has left is not done in the name of a stranger who comes by', async () => {
  const views = memoryViewStore({ now: Date.now });
  // The mark for the sweep is the first write, the share the second.
  const dying = crashingStore(events, views, { write: 2, when: 'after' });
  const lost = sharingBenchOf(startSharing({ ...dying, reportBug: () => undefined }));
  const share = { name: 'lost', resourceArns: [meshArn], principals: [consumer.accountId] };
  await lost
    .ram(owner)
    .send(new CreateResourceShareCommand(share))
    .catch(() => undefined);
  expect((await invitationOf(consumer)).resourceShareInvitationArn).toBe('');
  const resourceShareInvitationArn = `arn:aws:ram:us-east-1:${owner.accountId}:resource-share-invitation/none`;
  await expect(
    bench.ram(stranger).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn })),
  ).rejects.toThrow(named('ResourceShareInvitationArnNotFoundException'));
  expect((await invitationOf(consumer)).resourceShareInvitationArn).not.toBe('');
  for (const account of [owner, consumer]) {
    const commits = await events.read(accountStream(account.accountId), 1, 100);
    expect(commits.map(({ actor }) => actor.accountId)).not.toContain(stranger.accountId);
  }
});
