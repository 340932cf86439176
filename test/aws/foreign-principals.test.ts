// Envoys of other accounts: whether they may have a key is judged by their own account's IAM, read by the role there.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { exportCheckAtAws } from '#local/export-check-at-aws.ts';
import { roleOf } from '#streamer/holder.ts';
import { motoPath } from '#test/setup/tools.ts';
import { type DenyingServer, startDenyingServer } from './denying-server.ts';
import { type Moto, startMoto } from './moto.ts';

const region = 'us-east-1';
const theirs = '222222222222';
const certificate = (account: string) => `arn:aws:acm:${region}:${account}:certificate/c`;
const envoy = (account: string) => ({ accountId: account, arn: `arn:aws:sts::${account}:assumed-role/envoy/task-1` });
const reader = { roleName: 'heddle-reader', externalId: 'x' };
const troubles: string[] = [];
const onTrouble = (what: string) => void troubles.push(what);

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** The role `envoy`, which may export the certificates of the account it names; a role of no name would be refused. */
async function makeEnvoy(client: IAMClient, account: string): Promise<void> {
  const trust = document({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: 'ecs-tasks.amazonaws.com' },
  });
  await client.send(new CreateRoleCommand({ RoleName: 'envoy', AssumeRolePolicyDocument: trust }));
  const own = document({ Effect: 'Allow', Action: 'acm:ExportCertificate', Resource: certificate(account) });
  await client.send(new PutRolePolicyCommand({ RoleName: 'envoy', PolicyName: 'own', PolicyDocument: own }));
}

describe.skipIf(motoPath() === undefined)('the key of a certificate', () => {
  let moto: Moto;
  let denying: DenyingServer;
  let mine: string;
  beforeAll(async () => {
    moto = await startMoto();
    mine = moto.account;
    denying = await startDenyingServer();
  }, 90_000);
  afterAll(() => {
    moto?.stop();
    denying?.stop();
  });
  beforeEach(() => {
    troubles.length = 0;
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_ENDPOINT_URL', moto.endpoint);
  });
  afterEach(() => void vi.unstubAllEnvs());

  test('is for whom the own account of the principal allows it', async () => {
    const params = { RoleArn: `arn:aws:iam::${theirs}:role/owner`, RoleSessionName: 'owner' };
    const credentials = fromTemporaryCredentials({ params, clientConfig: { region } });
    for (const [account, client] of [
      [mine, new IAMClient({ region })],
      [theirs, new IAMClient({ region, credentials })],
    ] as const) {
      await makeEnvoy(client, account);
      client.destroy();
    }
    const { check, close } = exportCheckAtAws({ account: mine, region, reader, now: Date.now, onTrouble });
    for (const account of [mine, theirs]) {
      // As a streamer asks, and as it is written in a token.
      for (const caller of [roleOf(envoy(account)), envoy(account)]) {
        expect(await check(caller, certificate(account))).toBe(true);
      }
      expect(await check(envoy(account), `${certificate(account)}-other`)).toBe(false);
    }
    const nobody = { ...envoy(theirs), arn: `arn:aws:sts::${theirs}:assumed-role/nobody/s` };
    expect(await check(nobody, certificate(theirs))).toBe(false);
    close();
    expect(troubles).toEqual([]);
  });

  test('is for nobody of an account without a role that reads there, and that is told, not a trouble', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', denying.endpoint);
    const { check, close } = exportCheckAtAws({ account: mine, region, reader, now: Date.now, onTrouble });
    expect(await check(envoy(theirs), certificate(theirs))).toEqual({
      refused: expect.stringMatching(/account 222222222222 lets nobody read .*role\/envoy\/task-1: may not assume it/),
    });
    close();
    const { check: without } = exportCheckAtAws({ account: mine, region, now: Date.now, onTrouble });
    expect(await without(envoy(theirs), certificate(theirs))).toEqual({
      refused: expect.stringMatching(/no role is set/),
    });
    expect(troubles).toEqual([]);
  });

  test('waits where IAM does not answer, and that is a trouble', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_IAM', 'http://127.0.0.1:1');
    const { check, close } = exportCheckAtAws({ account: mine, region, reader, now: Date.now, onTrouble });
    for (const account of [mine, theirs]) await expect(check(envoy(account), certificate(account))).rejects.toThrow();
    close();
    expect(troubles).toHaveLength(2);
  });
});
