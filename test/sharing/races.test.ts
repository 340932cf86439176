// Many at once on the same shares and meshes: whatever the order, a mesh grants exactly what the shares of its owner say,
// and everybody is pointed to what they were granted.
import { CreateMeshCommand, CreateVirtualNodeCommand, DeleteMeshCommand } from '@aws-sdk/client-app-mesh';
import {
  AssociateResourceShareCommand,
  DeleteResourceShareCommand,
  DisassociateResourceShareCommand,
} from '@aws-sdk/client-ram';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { principalOf } from '#events/principal.ts';
import type { Share } from '#events/shares/share.ts';
import { workOf } from '#events/shares/work.ts';
import { granted } from '#functions/refused.ts';
import { memoryEventStore } from '#store/memory.ts';
import { type SharingBench, sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { organization, party } from '#test/suites/sharing/party.ts';
import { organize, type SharingInProcess, startSharing } from './in-process.ts';

const { owner, colleague, member } = party;
const meshes = ['a', 'b', 'c'];
const principals = [colleague.accountId, member.accountId, organization.arn, organization.unitArn];
const meshArn = (name: string): string => `arn:aws:appmesh:us-east-1:${owner.accountId}:mesh/${name}`;

type Act = (bench: SharingBench, shares: readonly string[]) => Promise<unknown>;

const shareIndex = fc.integer({ min: 0, max: 2 });
const change = fc.record({
  into: fc.boolean(),
  share: shareIndex,
  resourceArns: fc.subarray(meshes.map(meshArn)),
  principals: fc.subarray(principals),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: change.map(
      ({ into, share, ...named }): Act =>
        (bench, shares) => {
          const request = { resourceShareArn: shares[share] ?? '', ...named };
          const command = into
            ? new AssociateResourceShareCommand(request)
            : new DisassociateResourceShareCommand(request);
          return bench.ram(owner).send(command as AssociateResourceShareCommand);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: shareIndex.map(
      (share): Act =>
        (bench, shares) => {
          return bench.ram(owner).send(new DeleteResourceShareCommand({ resourceShareArn: shares[share] ?? '' }));
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...meshes).map(
      (meshName): Act =>
        async (bench) => {
          await bench.mesh(owner).send(new DeleteMeshCommand({ meshName }));
          await bench.mesh(owner).send(new CreateMeshCommand({ meshName }));
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...meshes).map(
      (meshName): Act =>
        (bench) => {
          const node = { meshName, meshOwner: owner.accountId, virtualNodeName: 'n', spec: {} };
          return bench.mesh(colleague).send(new CreateVirtualNodeCommand(node));
        },
    ),
  },
);

const live = (share: Share): boolean => share.status === 'ACTIVE';
const inForce = (share: Share, meshName: string): boolean =>
  live(share) && share.meshes.get(meshName)?.standing === 'granted';
const grants = ({ principals: all }: Share): readonly string[] =>
  [...all.values()].filter(({ standing }) => standing === 'granted').map(({ grant }) => grant);

async function expectAgreement({ ledger }: SharingInProcess): Promise<void> {
  const account = granted(await ledger.account(owner.accountId));
  const shares = [...account.shares.values()];
  expect(shares.filter((share) => workOf(share) !== undefined)).toEqual([]);
  for (const meshName of meshes) {
    const mesh = granted(await ledger.mesh(owner.accountId, meshName));
    const told = shares
      .filter((share) => inForce(share, meshName) && grants(share).length > 0)
      .map((share) => ({ share: share.id, principals: grants(share).toSorted() }));
    expect(mesh.shares).toEqual(told.toSorted((left, right) => (left.share < right.share ? -1 : 1)));
  }
  const pointers = { account: [colleague.accountId, member.accountId], organization: [organization.id] };
  for (const [kind, ids] of Object.entries(pointers)) {
    for (const id of ids) {
      const { offered } = granted<Pointing>(
        kind === 'account' ? await ledger.account(id) : await ledger.organization(id),
      );
      const told = shares.filter((share) => live(share) && grants(share).some((text) => homeOf(text) === id));
      const names = meshes.filter((meshName) => told.some((share) => inForce(share, meshName)));
      expect([...offered.values()].map((one) => one.meshName).toSorted()).toEqual(names);
    }
  }
}

interface Pointing {
  readonly offered: { values(): Iterable<{ readonly meshName: string }> };
}

/** The account or organization that has the pointers for a grant. */
function homeOf(text: string): string | undefined {
  const principal = principalOf(text);
  return principal && ('account' in principal ? principal.account : principal.organization);
}

test('shares, meshes and pointers agree, whatever happens at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      async (rounds) => {
        const events = memoryEventStore();
        await organize(events, { enabled: true });
        const bugs: unknown[] = [];
        const plane = startSharing({ events, reportBug: (error) => bugs.push(error) });
        const bench = sharingBenchOf(plane);
        for (const meshName of meshes) await bench.mesh(owner).send(new CreateMeshCommand({ meshName }));
        const shares = [await bench.newShare(), await bench.newShare(), await bench.newShare()];
        for (const round of rounds) {
          // Much of it is refused: what was not there cannot leave, a mesh in use is not deleted.
          await Promise.allSettled(round.map((one) => one(bench, shares)));
        }
        await plane.sweep(() => undefined);
        await bench.newShare();
        expect(bugs).toEqual([]);
        await expectAgreement(plane);
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
