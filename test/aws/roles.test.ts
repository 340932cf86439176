// Callers that are no plain users, with signatures and policies enforced: sessions of a role, whose own policies and
// permissions boundary are found by the role's name, and users with a boundary.
import { AppMeshClient, CreateMeshCommand, DeleteMeshCommand, DescribeMeshCommand } from '@aws-sdk/client-app-mesh';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account } from '#test/suites/api/principals.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';

const allow = (Action: string | readonly string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
});
const document = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const invoke = allow('execute-api:Invoke');

describe.skipIf(!(await emulatorAvailable()))('deployed', () => {
  let deployment: Deployment;
  let iam: IAMClient;
  const clients: AppMeshClient[] = [];

  beforeAll(async () => {
    deployment = await startDeployment({ account, settings: { AUTH: 'true' } });
    iam = new IAMClient();
  }, 180_000);
  afterAll(async () => {
    for (const client of clients) client.destroy();
    iam?.destroy();
    await deployment?.stop();
  });

  async function managed(PolicyName: string, ...statements: readonly object[]): Promise<string> {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: document(...statements) }));
    return Policy?.Arn ?? '';
  }

  function clientOf(credentials: NonNullable<ConstructorParameters<typeof AppMeshClient>[0]>['credentials']) {
    const { apiUrl: endpoint, region } = deployment;
    const client = new AppMeshClient({ endpoint, region, ...(credentials && { credentials }) });
    clients.push(client);
    return client;
  }

  interface Allowed {
    readonly inline: readonly object[];
    readonly attached?: string;
    readonly boundary?: string;
    readonly tags?: Readonly<Record<string, string>>;
  }

  /** A client with a session of a new role, below a path. */
  async function session(RoleName: string, { inline, attached, boundary, tags = {} }: Allowed): Promise<AppMeshClient> {
    const AssumeRolePolicyDocument = document({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
    });
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/teams/',
        AssumeRolePolicyDocument,
        ...(boundary && { PermissionsBoundary: boundary }),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    const PolicyDocument = document(invoke, ...inline);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
    if (attached !== undefined) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: attached }));
    const params = { RoleArn: Role?.Arn ?? '', RoleSessionName: 'someone@example.com' };
    return clientOf(fromTemporaryCredentials({ params }));
  }

  const made = (client: AppMeshClient, meshName: string) => client.send(new CreateMeshCommand({ meshName }));

  test('a session of a role may what the role’s own policies say, inline and attached', {
    timeout: 60_000,
  }, async () => {
    const attached = await managed('describes', allow('appmesh:Describe*'));
    const client = await session('maker', { inline: [allow('appmesh:CreateMesh')], attached });
    expect((await made(client, 'by-session')).mesh?.metadata?.resourceOwner).toBe(account);
    expect((await client.send(new DescribeMeshCommand({ meshName: 'by-session' }))).mesh?.meshName).toBe('by-session');
    await expect(client.send(new DeleteMeshCommand({ meshName: 'by-session' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`arn:aws:sts::${account}:assumed-role/maker/someone@example.com`),
    });
  });

  test('a session may nothing beyond the boundary of its role', { timeout: 60_000 }, async () => {
    const boundary = await managed(
      'reads-alone',
      allow('execute-api:*'),
      allow(['appmesh:Describe*', 'appmesh:List*']),
    );
    const client = await session('bounded', { inline: [allow('appmesh:*')], boundary });
    await expect(made(client, 'beyond')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('appmesh:CreateMesh'),
    });
    // Within it: it is told that there is none.
    await expect(client.send(new DescribeMeshCommand({ meshName: 'beyond' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  test('a session has the tags of its role', { timeout: 60_000 }, async () => {
    const inline = [allow('appmesh:*', { StringEquals: { 'aws:PrincipalTag/team': 'mesh' } })];
    const mine = await session('tagged', { inline, tags: { team: 'mesh' } });
    expect((await made(mine, 'by-tag')).mesh?.meshName).toBe('by-tag');
    const other = await session('otherwise', { inline, tags: { team: 'shop' } });
    await expect(made(other, 'by-other-tag')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('a user may nothing beyond its boundary', { timeout: 60_000 }, async () => {
    const PermissionsBoundary = await managed('no-meshes', allow('execute-api:*'), {
      ...allow('appmesh:*'),
      Resource: `arn:aws:appmesh:*:${account}:mesh/mine*`,
    });
    const UserName = 'bounded';
    await iam.send(new CreateUserCommand({ UserName, PermissionsBoundary }));
    const PolicyDocument = document(invoke, allow('appmesh:*'));
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const client = clientOf({ accessKeyId, secretAccessKey });
    expect((await made(client, 'mine')).mesh?.meshName).toBe('mine');
    await expect(made(client, 'theirs')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
