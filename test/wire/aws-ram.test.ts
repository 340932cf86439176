// The `aws` program shares a mesh between three accounts: one endpoint for App Mesh and RAM, a profile for each account.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsPath } from '#test/setup/tools.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';
import type { ApiUnderTest } from '#test/suites/api/bench.ts';
import { organization, party } from '#test/suites/sharing/party.ts';
import { startEmbedded } from './embedded.ts';

const aws = awsPath() ?? '';
const { owner, consumer, stranger, colleague } = party;
const profiles = { owner, consumer, stranger, colleague };
type Profile = keyof typeof profiles;

describe.skipIf(aws === '')('aws ram', () => {
  let api: ApiUnderTest;
  const folder = scratchFolder();
  const credentials = join(folder.path, 'credentials');
  beforeAll(async () => {
    const written = Object.entries(profiles).map(
      ([name, { accessKeyId, secretAccessKey }]) =>
        `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    writeFileSync(credentials, written.join('\n'), { mode: 0o600 });
    const accounts = [owner.accountId, colleague.accountId];
    const file = join(folder.path, 'organization.json');
    writeFileSync(file, JSON.stringify({ id: organization.id, accounts }));
    api = await startEmbedded(Object.values(profiles), () => ({ HEDDLE_ORGANIZATION_FILE: file }));
  });
  afterAll(async () => {
    folder.remove();
    await api.close();
  });

  function run(profile: Profile, ...parameters: readonly string[]) {
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: api.endpoint,
      AWS_DEFAULT_REGION: api.region,
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_PROFILE: profile,
    };
    return new Promise<{ readonly out: string; readonly err: string }>((resolve) => {
      execFile(aws, parameters, { env }, (_error, out, err) => resolve({ out, err }));
    });
  }

  async function json<T>(profile: Profile, ...parameters: readonly string[]): Promise<T> {
    const { out, err } = await run(profile, ...parameters);
    expect(err).toBe('');
    return JSON.parse(out) as T;
  }

  const refused = async (error: string, profile: Profile, ...parameters: readonly string[]) =>
    expect((await run(profile, ...parameters)).err).toContain(`(${error})`);

  test('shares, invites, accepts, uses, refuses, unshares and cleans up', async () => {
    const arn = `arn:aws:appmesh:${api.region}:${owner.accountId}:mesh/shop`;
    const inMesh = ['--mesh-name', 'shop', '--mesh-owner', owner.accountId] as const;
    const node = [...inMesh, '--virtual-node-name', 'theirs'] as const;
    await json('owner', 'appmesh', 'create-mesh', '--mesh-name', 'shop');

    const request = [
      '--name',
      'shop',
      '--resource-arns',
      arn,
      '--principals',
      consumer.accountId,
      '--tags',
      'key=a,value=b',
    ];
    const { resourceShare } = await json<{ resourceShare: { resourceShareArn: string } }>(
      ...(['owner', 'ram', 'create-resource-share', ...request] as const),
    );
    const share = ['--resource-share-arn', resourceShare.resourceShareArn] as const;
    expect(resourceShare).toMatchObject({ name: 'shop', status: 'ACTIVE', owningAccountId: owner.accountId });

    await refused('ForbiddenException', 'consumer', 'appmesh', 'describe-mesh', ...inMesh);
    type Invitations = { resourceShareInvitations: { resourceShareInvitationArn: string; status: string }[] };
    const { resourceShareInvitations } = await json<Invitations>('consumer', 'ram', 'get-resource-share-invitations');
    expect(resourceShareInvitations).toMatchObject([{ status: 'PENDING', senderAccountId: owner.accountId }]);
    const [{ resourceShareInvitationArn } = { resourceShareInvitationArn: '' }] = resourceShareInvitations;
    const invitation = ['--resource-share-invitation-arn', resourceShareInvitationArn] as const;
    const accept = ['ram', 'accept-resource-share-invitation', ...invitation] as const;
    await refused('ResourceShareInvitationArnNotFoundException', 'stranger', ...accept);
    expect(await json('consumer', ...accept)).toMatchObject({ resourceShareInvitation: { status: 'ACCEPTED' } });
    await refused('ResourceShareInvitationAlreadyAcceptedException', 'consumer', ...accept);

    expect(await json('consumer', 'appmesh', 'list-meshes')).toMatchObject({
      meshes: [{ meshName: 'shop', meshOwner: owner.accountId }],
    });
    await json('consumer', 'appmesh', 'create-virtual-node', ...node, '--spec', '{}');
    await refused('ForbiddenException', 'stranger', 'appmesh', 'describe-virtual-node', ...node);
    await refused('ForbiddenException', 'owner', 'appmesh', 'update-virtual-node', ...node, '--spec', '{}');
    const others = ['--resource-owner', 'OTHER-ACCOUNTS'] as const;
    expect(await json('consumer', 'ram', 'list-resources', ...others)).toMatchObject({ resources: [{ arn }] });

    const unshare = [...share, '--principals', consumer.accountId] as const;
    expect(await json('owner', 'ram', 'disassociate-resource-share', ...unshare)).toMatchObject({
      resourceShareAssociations: [{ associatedEntity: consumer.accountId, status: 'DISASSOCIATED' }],
    });
    await refused('ForbiddenException', 'consumer', 'appmesh', 'describe-virtual-node', ...node);
    expect(await json('consumer', 'ram', 'list-resources', ...others)).toEqual({ resources: [] });

    expect(await json('owner', 'ram', 'delete-resource-share', ...share)).toEqual({ returnValue: true });
    await json('owner', 'appmesh', 'delete-virtual-node', ...node);
    await json('owner', 'appmesh', 'delete-mesh', '--mesh-name', 'shop');
    expect(await json('owner', 'appmesh', 'list-meshes')).toEqual({ meshes: [] });
  }, 180_000);

  test('shares inside an organization without invitations', async () => {
    const arn = `arn:aws:appmesh:${api.region}:${owner.accountId}:mesh/inside`;
    const describeMesh = [
      'appmesh',
      'describe-mesh',
      '--mesh-name',
      'inside',
      '--mesh-owner',
      owner.accountId,
    ] as const;
    await json('owner', 'appmesh', 'create-mesh', '--mesh-name', 'inside');
    const create = ['ram', 'create-resource-share', '--name', 'inside', '--resource-arns', arn] as const;
    const request = [...create, '--principals', organization.arn, '--no-allow-external-principals'] as const;
    await refused('UnknownResourceException', 'owner', ...request);
    expect(await json('owner', 'ram', 'enable-sharing-with-aws-organization')).toEqual({ returnValue: true });
    const { resourceShare } = await json<{ resourceShare: { resourceShareArn: string } }>('owner', ...request);
    expect(await json('colleague', ...describeMesh)).toMatchObject({ mesh: { meshName: 'inside' } });
    await refused('ForbiddenException', 'consumer', ...describeMesh);
    expect(await json('colleague', 'ram', 'get-resource-share-invitations')).toEqual({ resourceShareInvitations: [] });
    await json('owner', 'ram', 'delete-resource-share', '--resource-share-arn', resourceShare.resourceShareArn);
    await refused('ForbiddenException', 'colleague', ...describeMesh);
  }, 180_000);
});
