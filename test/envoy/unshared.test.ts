// A mesh of two accounts with real Envoys: the owner's gateway sends to a consumer's node. When the share ends the
// consumer's Envoy is cut off and keeps what it has, the gateway sends there no more, and all other traffic goes on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateVirtualNodeCommand, DescribeVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../setup/tools.ts';
import { type Seen, startHttp } from './fixture/application.ts';
import { as, type ControlPlane, type EmbeddedControlPlane, startHeddle } from './fixture/control-plane.ts';
import {
  apply,
  gateway,
  gatewayId,
  gatewayRoute,
  mesh,
  meshName,
  node,
  route,
  router,
  service,
} from './fixture/documents.ts';
import { ownAddress, type RunningEnvoy, startEnvoy } from './fixture/envoy.ts';
import { eventually } from './fixture/eventually.ts';
import { request } from './fixture/request.ts';
import { type Share, sharesOf } from './fixture/shares.ts';
import { useStage } from './fixture/stage.ts';
import { startTraffic, type Traffic } from './fixture/traffic.ts';

const owner = { accountId: '111111111111', accessKeyId: 'OWNER', secretAccessKey: 'the-owners-secret' };
const consumer = { accountId: '222222222222', accessKeyId: 'CONSUMER', secretAccessKey: 'the-consumers-secret' };
const entry = (keys: typeof owner) => ({
  ...keys,
  arn: `arn:aws:iam::${keys.accountId}:user/admin`,
  policies: [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
});
const port = 8080;
const resource = `mesh/${meshName}@${owner.accountId}/virtualNode/blue`;

describe.skipIf(envoyPath() === undefined)('a mesh that is unshared', { timeout: 120_000 }, () => {
  const stage = useStage();
  const place = { hostname: ownAddress(), port: 0 };
  let heddle: EmbeddedControlPlane;
  let theirs: ControlPlane;
  let share: Share;
  let front: RunningEnvoy;
  let blue: RunningEnvoy;
  let traffic: Traffic;

  beforeAll(async () => {
    const credentials = join(stage.folder(), 'credentials.json');
    writeFileSync(credentials, JSON.stringify([entry(owner), entry(consumer)]), { mode: 0o600 });
    heddle = await startHeddle(stage, { HEDDLE_CREDENTIALS_FILE: credentials }, owner);
    theirs = as(stage, heddle, consumer);
    place.port = await startHttp(stage, 'blue');
    await apply(heddle.mesh, mesh(), node('red', { port: await startHttp(stage, 'red') }));
    share = sharesOf(stage, heddle, owner.accountId);
    await share(consumer.accountId);
    await theirs.mesh.send(
      new CreateVirtualNodeCommand({
        meshName,
        meshOwner: owner.accountId,
        virtualNodeName: 'blue',
        spec: {
          listeners: [{ portMapping: { port: place.port, protocol: 'http' } }],
          serviceDiscovery: { dns: { hostname: place.hostname } },
        },
      }),
    );
    await apply(
      heddle.mesh,
      service('red.local', { node: 'red' }),
      service('blue.local', { node: 'blue' }),
      router('mixed', 9080),
      route('mixed', 'all', { red: 1, blue: 1 }),
      service('mixed.local', { router: 'mixed' }),
      gateway('front', port),
      gatewayRoute('front', 'red', '/red', 'red.local'),
      gatewayRoute('front', 'blue', '/blue', 'blue.local'),
      gatewayRoute('front', 'mixed', '/mixed', 'mixed.local'),
    );
    const address = ownAddress();
    [front, blue] = await Promise.all([
      startEnvoy(stage, heddle, { resource: gatewayId('front'), address, ports: [port] }),
      startEnvoy(stage, theirs, { resource, address: place.hostname, ports: [place.port] }),
    ]);
    await eventually(async () => expect(await ask('/blue')).toBe('blue'));
    traffic = startTraffic(stage, async () => {
      const answer = await ask('/red');
      if (answer !== 'red') throw new Error(String(answer));
      return answer;
    });
  }, 60_000);

  /** Who answers through the owner's gateway, or the status of whoever does not. */
  async function ask(path: string): Promise<string | number> {
    const { status, body } = await request({ host: front.address, port, path, headers: { host: 'example.com' } });
    return status === 200 ? (JSON.parse(body) as Seen).name : status;
  }
  const several = async (path: string): Promise<ReadonlySet<string | number>> =>
    new Set(await Promise.all(Array.from({ length: 12 }, () => ask(path))));
  const streamsOf = (kind: string) => heddle.events.filter((event) => event.kind === kind && event.node === resource);
  const open = (): number => streamsOf('opened').length - streamsOf('closed').length;

  it("carries traffic from the owner's gateway to the consumer's node", async () => {
    await eventually(async () => expect(await several('/mixed')).toEqual(new Set(['red', 'blue'])));
    expect(await ask('/blue')).toBe('blue');
    expect(open()).toBe(1);
  });

  it("cuts the consumer's Envoy off with status 7, and does not let it in again", async () => {
    await share('333333333333');
    await eventually(() => expect(streamsOf('closed')).toMatchObject([{ code: 7 }]));
    await eventually(() => expect(streamsOf('refused').length).toBeGreaterThan(1));
    const reason = `Account ${consumer.accountId} has no access to the mesh ${meshName} of account ${owner.accountId}`;
    for (const refused of streamsOf('refused')) expect(refused).toMatchObject({ code: 7, message: reason });
    expect(open()).toBe(0);
    await expect(theirs.token(resource)).rejects.toThrow(reason);
    const command = new DescribeVirtualNodeCommand({ meshName, meshOwner: owner.accountId, virtualNodeName: 'blue' });
    await expect(theirs.mesh.send(command)).rejects.toMatchObject({ name: 'ForbiddenException' });
  });

  it("takes the consumer's node out of the owner's gateway", async () => {
    await eventually(async () => expect(await ask('/blue')).toBe(503));
    await eventually(async () => expect(await several('/mixed')).toEqual(new Set(['red'])));
    await eventually(async () => expect(await front.admin('/clusters')).not.toContain(`_${meshName}_blue_`));
  });

  it('leaves the Envoy that was cut off what it has', async () => {
    expect(await blue.admin('/listeners')).toContain(`lds_ingress_${place.hostname}_${place.port}`);
    const { status, body } = await request({ host: place.hostname, port: place.port });
    expect([status, (JSON.parse(body) as Seen).name]).toEqual([200, 'blue']);
  });

  it('heals when it is shared again, without a restart', async () => {
    await share(consumer.accountId);
    await eventually(() => expect(open()).toBe(1));
    await eventually(async () => expect(await ask('/blue')).toBe('blue'));
    await eventually(async () => expect(await several('/mixed')).toEqual(new Set(['red', 'blue'])));
  });

  it('lost no request of the rest of the traffic meanwhile', async () => {
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answered()).toBeGreaterThan(100);
    expect(heddle.troubles).toEqual([]);
    expect(heddle.events.filter(({ kind }) => kind === 'nacked')).toEqual([]);
  });
});
