// Certificates in a mesh that is shared: each account names its own (App Mesh guide, shared meshes), and none of another's.
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  UpdateVirtualNodeCommand,
  type VirtualNodeSpec,
} from '@aws-sdk/client-app-mesh';
import { AcceptResourceShareInvitationCommand, GetResourceShareInvitationsCommand } from '@aws-sdk/client-ram';
import { beforeEach, expect, test } from 'vitest';
import type { Principal } from '#test/suites/api/principals.ts';
import { type SharingBench, sharingBenchOf } from '#test/suites/sharing/bench.ts';
import { party } from '#test/suites/sharing/party.ts';
import { startSharing } from './in-process.ts';

const { owner, consumer, stranger } = party;
const meshName = 'm';
let bench: SharingBench;

beforeEach(async () => {
  bench = sharingBenchOf(startSharing());
  await bench.mesh(owner).send(new CreateMeshCommand({ meshName }));
  const resourceArns = [`arn:aws:appmesh:us-east-1:${owner.accountId}:mesh/${meshName}`];
  await bench.newShare({ resourceArns, principals: [consumer.accountId] });
  const { resourceShareInvitations: [invitation] = [] } = await bench
    .ram(consumer)
    .send(new GetResourceShareInvitationsCommand({}));
  const { resourceShareInvitationArn } = invitation ?? {};
  await bench.ram(consumer).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
});

const certificateArn = ({ accountId }: Principal) => `arn:aws:acm:us-east-1:${accountId}:certificate/c`;
const authorityArn = ({ accountId }: Principal) => `arn:aws:acm-pca:us-east-1:${accountId}:certificate-authority/a`;

const proving = (whose: Principal): VirtualNodeSpec => ({
  serviceDiscovery: { dns: { hostname: 'a.local' } },
  listeners: [
    {
      portMapping: { port: 80, protocol: 'http' },
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn: certificateArn(whose) } } },
    },
  ],
});
const trusting = (...whose: readonly Principal[]): VirtualNodeSpec => {
  const trust = { acm: { certificateAuthorityArns: whose.map(authorityArn) } };
  return { backendDefaults: { clientPolicy: { tls: { validation: { trust } } } } };
};

const make = (caller: Principal, virtualNodeName: string, spec: VirtualNodeSpec) =>
  bench
    .mesh(caller)
    .send(new CreateVirtualNodeCommand({ meshName, meshOwner: owner.accountId, virtualNodeName, spec }));

test('a consumer names those of its own account', async () => {
  await make(consumer, 'proving', proving(consumer));
  await make(consumer, 'trusting', trusting(consumer));
});

test.each([
  ['a certificate', (whose: Principal) => proving(whose), 'spec.listeners[0].tls.certificate.acm.certificateArn'],
  [
    'an authority',
    (whose: Principal) => trusting(consumer, whose),
    'spec.backendDefaults.clientPolicy.tls.validation.trust.acm.certificateAuthorityArns[1]',
  ],
])('a consumer who names %s of another account is refused, with the member', async (_, spec, member) => {
  for (const whose of [owner, stranger]) {
    const refused = expect.objectContaining({
      name: 'BadRequestException',
      message: expect.stringMatching(new RegExp(`${member.replace(/[.[\]]/g, '.')}.*account ${consumer.accountId}`)),
    });
    await expect(make(consumer, 'a', spec(whose))).rejects.toThrow(refused);
  }
  await make(consumer, 'a', {});
  const update = { meshName, meshOwner: owner.accountId, virtualNodeName: 'a', spec: spec(owner) };
  await expect(bench.mesh(consumer).send(new UpdateVirtualNodeCommand(update))).rejects.toThrow(member);
});

test('what the owner of the mesh names is taken whosever it is, as App Mesh took it', async () => {
  await make(owner, 'own', proving(consumer));
});
