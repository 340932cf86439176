// A crash between the steps of every operation: whatever was begun is brought to the same end by the sweep of the next
// start, and where the sweep finds no mark of it, by the next call of the account.
import { CreateMeshCommand, DeleteMeshCommand } from '@aws-sdk/client-app-mesh';
import {
  AcceptResourceShareInvitationCommand,
  AssociateResourceShareCommand,
  CreateResourceShareCommand,
  DeleteResourceShareCommand,
  DisassociateResourceShareCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  RejectResourceShareInvitationCommand,
} from '@aws-sdk/client-ram';
import { describe, expect, test } from 'vitest';
import type { EventStore, ViewStore } from '#events/store.ts';
import { granted } from '#functions/refused.ts';
import { memoryEventStore, memoryViewStore } from '#store/memory.ts';
import { type SharingBench, sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { organization, party } from '#test/suites/sharing/party.ts';
import { crashingStore } from './crashing-store.ts';
import { organize, type SharingInProcess, type SharingParts, startSharing } from './in-process.ts';

const { owner, consumer, stranger, colleague } = party;
const meshes = ['one', 'two', 'three'] as const;
const meshArn = (name: string): string => `arn:aws:appmesh:us-east-1:${owner.accountId}:mesh/${name}`;

interface Stage {
  readonly plane: SharingInProcess;
  readonly bench: SharingBench;
  /** The ARN of the share that stands at the beginning. */
  readonly share: string;
}

const stageOn = (parts: SharingParts, share: string): Stage => {
  const plane = startSharing(parts);
  return { plane, bench: sharingBenchOf(plane), share };
};

const invitationOf = async ({ bench, share }: Stage) => {
  const command = new GetResourceShareInvitationsCommand({ resourceShareArns: [share] });
  const { resourceShareInvitations: [found] = [] } = await bench.ram(consumer).send(command);
  return { resourceShareInvitationArn: found?.resourceShareInvitationArn };
};

/** A share with two meshes: granted to a stranger who has accepted and to the unit, offered to a consumer. */
async function prepare(events: EventStore, views: ViewStore): Promise<Stage> {
  await organize(events, { enabled: true });
  const { plane, bench } = stageOn({ events, views }, '');
  for (const meshName of meshes) await bench.mesh(owner).send(new CreateMeshCommand({ meshName }));
  const principals = [stranger.accountId, consumer.accountId, organization.unitArn];
  const share = await bench.newShare({ name: 'standing', resourceArns: [meshArn('one'), meshArn('two')], principals });
  const { resourceShareInvitations: [found] = [] } = await bench
    .ram(stranger)
    .send(new GetResourceShareInvitationsCommand({}));
  const { resourceShareInvitationArn } = found ?? {};
  await bench.ram(stranger).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
  return { plane, bench, share };
}

const operations: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  CreateResourceShare: ({ bench }) => {
    const principals = [consumer.accountId, colleague.accountId, organization.arn, organization.unitArn];
    const resourceArns = [meshArn('two'), meshArn('three')];
    return bench.ram(owner).send(new CreateResourceShareCommand({ name: 'new', resourceArns, principals }));
  },
  'AssociateResourceShare of a mesh': ({ bench, share: resourceShareArn }) =>
    bench.ram(owner).send(new AssociateResourceShareCommand({ resourceShareArn, resourceArns: [meshArn('three')] })),
  'AssociateResourceShare of principals': ({ bench, share: resourceShareArn }) => {
    const principals = [colleague.accountId, organization.arn];
    return bench.ram(owner).send(new AssociateResourceShareCommand({ resourceShareArn, principals }));
  },
  AcceptResourceShareInvitation: async (stage) =>
    stage.bench.ram(consumer).send(new AcceptResourceShareInvitationCommand(await invitationOf(stage))),
  RejectResourceShareInvitation: async (stage) =>
    stage.bench.ram(consumer).send(new RejectResourceShareInvitationCommand(await invitationOf(stage))),
  'DisassociateResourceShare of principals': ({ bench, share: resourceShareArn }) => {
    const principals = [stranger.accountId, organization.unitArn];
    return bench.ram(owner).send(new DisassociateResourceShareCommand({ resourceShareArn, principals }));
  },
  'DisassociateResourceShare of a mesh': ({ bench, share: resourceShareArn }) =>
    bench.ram(owner).send(new DisassociateResourceShareCommand({ resourceShareArn, resourceArns: [meshArn('one')] })),
  DeleteResourceShare: ({ bench, share: resourceShareArn }) =>
    bench.ram(owner).send(new DeleteResourceShareCommand({ resourceShareArn })),
  DeleteMesh: ({ bench }) => bench.mesh(owner).send(new DeleteMeshCommand({ meshName: 'one' })),
};

/** All that sharing has made of the streams, without what differs from run to run. */
async function essence({ ledger }: SharingInProcess) {
  const account = granted(await ledger.account(owner.accountId));
  const nameOf = (id: string): string => account.shares.get(id)?.name ?? 'gone';
  const standing = (all: Iterable<readonly [string, { readonly standing: string }]>) =>
    Object.fromEntries([...all].map(([name, one]) => [name, one.standing]));
  const shares = [...account.shares.values()].map(({ name, status, meshes: held, principals }) => [
    ...[name, status, standing(held), standing(principals)],
  ]);
  const granting = meshes.map(async (meshName) => {
    const mesh = granted(await ledger.mesh(owner.accountId, meshName));
    return [meshName, mesh.shares.map(({ share, principals }) => [nameOf(share), principals]).sort()];
  });
  const pointing = [
    ...[consumer, stranger, colleague].map((one) => ledger.account(one.accountId)),
    ledger.organization(organization.id),
  ].map(async (loading) => {
    const { stream, offered, sharesOffered } = granted(await loading);
    const offers = (sharesOffered.get(owner.accountId)?.shares ?? []).map(nameOf);
    return [stream, [...offered.values()].map(({ meshName }) => meshName).sort(), offers.sort()];
  });
  return { shares: shares.sort(), granting: await Promise.all(granting), pointing: await Promise.all(pointing) };
}

/** Picks up what a crash has left: at the start, or with the next call. */
const ways: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'the sweep': async (stage) => {
    await stage.plane.sweep((account, error) => {
      throw new Error(`the shares of ${account}`, { cause: error });
    });
  },
  'the next call of the account': ({ bench }) =>
    bench.ram(owner).send(new GetResourceSharesCommand({ resourceOwner: 'SELF' })),
};

describe.each(Object.entries(operations))('a crash in %s', (name, operation) => {
  test.each(Object.entries(ways))('is picked up by %s', async (way, pickUp) => {
    const fresh = async () => {
      const [events, views] = [memoryEventStore(), memoryViewStore({ now: Date.now })];
      const { share, plane } = await prepare(events, views);
      return { events, views, share, before: await essence(plane) };
    };
    const good = await fresh();
    const stage = stageOn({ events: good.events, views: good.views }, good.share);
    await operation(stage);
    // The end of a mesh leaves no mark for the sweep: pointers to it lead nowhere, and are taken back with the next call.
    if (name === 'DeleteMesh') await ways['the next call of the account']?.(stage);
    const after = await essence(stage.plane);
    expect(after).not.toEqual(good.before);

    let crashes = 0;
    for (let write = 1, finished = false; !finished; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const { events, views, share } = await fresh();
        const crashing = crashingStore(events, views, { write, when });
        const dying = stageOn({ ...crashing, reportBug: () => undefined }, share);
        await operation(dying).catch(() => undefined);
        finished = !crashing.dead();
        if (finished) break;
        crashes += 1;
        const kept = way === 'the sweep' ? views : memoryViewStore({ now: Date.now });
        const restarted = stageOn({ events, views: kept }, share);
        // Who may use which mesh changes at once or not yet, and what ends has ended with the first write.
        const { granting } = await essence(restarted.plane);
        const ends = /^(Dis|Del)/.test(name) && crashing.appended();
        expect(ends ? [after.granting] : [good.before.granting, after.granting]).toContainEqual(granting);
        await pickUp(restarted);
        if (name === 'DeleteMesh') await ways['the next call of the account']?.(restarted);
        const found = await essence(restarted.plane);
        expect(found, `died ${when} write ${write}`).toEqual(crashing.appended() ? after : good.before);
        if (way === 'the sweep') expect(await views.list('sharing-work')).toEqual([]);
      }
    }
    expect(crashes).toBeGreaterThan(1);
  });
});
