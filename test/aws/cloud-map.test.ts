// The reader of Cloud Map against what answers Cloud Map's API here: the embedded registry, and the emulators of AWS that
// are there. Of those ministack filters nothing and tells no revision with its answers, and moto's revisions may fall.
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type InstanceQuery, knownFrom } from '#events/instances.ts';
import { type CloudMap, cloudMap } from '#streamer/sources/cloud-map.ts';
import { principals, registryUnderTest } from '#test/instances/registry-under-test.ts';
import { ministackPath, motoPath } from '#test/setup/tools.ts';
import { startDenyingServer } from './denying-server.ts';
import { startEmulator } from './emulator.ts';
import { startMoto } from './moto.ts';

interface Place {
  readonly endpoint: string;
  readonly account: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void> | void;
}

async function embedded(): Promise<Place> {
  const registry = await registryUnderTest();
  return {
    endpoint: registry.endpoint,
    account: principals.owner.accountId,
    keys: principals.owner,
    close: registry.close,
  };
}

async function ministack(): Promise<Place> {
  const { endpoint, environment, stop } = await startEmulator();
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment;
  return { endpoint, account: '000000000000', keys: { accessKeyId, secretAccessKey }, close: stop };
}

async function moto(): Promise<Place> {
  const { endpoint, account, stop: close } = await startMoto();
  return { endpoint, account, keys: { accessKeyId: 'test', secretAccessKey: 'test' }, close };
}

const region = 'us-east-1';

async function makeService(client: ServiceDiscoveryClient): Promise<string> {
  await client.send(new CreateHttpNamespaceCommand({ Name: 'shop' }));
  const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
  const { Service } = await client.send(new CreateServiceCommand({ Name: 'color', NamespaceId: Namespaces[0]?.Id }));
  return Service?.Id ?? '';
}

const places = [
  ['the embedded registry', embedded, true],
  ['ministack', ministack, ministackPath() !== undefined],
  ['moto', moto, motoPath() !== undefined],
] as const;

describe.each(places)('Cloud Map, as %s answers for it,', (_, start, possible) => {
  describe.skipIf(!possible)('is read', () => {
    let place: Place;
    let client: ServiceDiscoveryClient;
    let reader: CloudMap;
    let ServiceId: string;

    beforeAll(async () => {
      place = await start();
      const { endpoint, keys: credentials } = place;
      client = new ServiceDiscoveryClient({ endpoint, region, credentials, disableHostPrefix: true });
      ServiceId = await makeService(client);
    }, 90_000);
    afterAll(async () => {
      client?.destroy();
      await place?.close();
    });
    beforeEach(() => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', place.keys.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', place.keys.secretAccessKey);
      reader = cloudMap({ account: place.account, region, endpoint: place.endpoint });
    });
    afterEach(() => {
      reader.close();
      vi.unstubAllEnvs();
    });

    const query = (attributes: Record<string, string> = {}): InstanceQuery => ({
      account: place.account,
      namespaceName: 'shop',
      serviceName: 'color',
      attributes,
    });
    const ids = async (attributes?: Record<string, string>) =>
      knownFrom(await reader.discover(query(attributes))).instances?.map(({ id }) => id);
    const register = (InstanceId: string, stage: string) => {
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', stage };
      return client.send(new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }));
    };

    test('with its instances, those with all attributes, and a revision that differs after each change', async () => {
      const revisions: unknown[] = [];
      await register('a', 'test');
      revisions.push(await reader.revision(query()));
      await register('b', 'live');
      revisions.push(await reader.revision(query()));
      expect(await ids()).toEqual(['a', 'b']);
      expect(await ids({ stage: 'live' })).toEqual(['b']);
      expect(knownFrom(await reader.discover(query({ stage: 'live' })))).toEqual({
        instances: [{ id: 'b', ipv4: '10.0.0.1' }],
      });
      await client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'a' }));
      revisions.push(await reader.revision(query()));
      expect(await ids()).toEqual(['b']);
      for (const [index, one] of revisions.entries()) if (index > 0) expect(one).not.toEqual(revisions[index - 1]);
      expect(revisions).toEqual(revisions.map(() => expect.any(Number)));
    });

    test('with a reason where there is nothing of the name', async () => {
      const nobody = { ...query(), serviceName: 'nobody' };
      expect(await reader.revision(nobody)).toEqual({ none: expect.stringContaining('no service shop/nobody') });
      expect(await reader.discover(nobody)).toEqual({ none: expect.stringContaining('no service shop/nobody') });
      const nowhere = { ...query(), namespaceName: 'nowhere' };
      expect(await reader.discover(nowhere)).toEqual({ none: expect.stringContaining('no namespace nowhere') });
    });

    test('of its own account alone, where no role reads for it in others', async () => {
      const foreign = { ...query(), account: '999999999999' };
      expect(await reader.discover(foreign)).toEqual({
        refused: expect.stringMatching(/999999999999.*no role is set/),
      });
    });
  });
});

test('another account’s Cloud Map is nobody’s to read without a role there, and that is told', async () => {
  const denying = await startDenyingServer();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', denying.endpoint);
  // Nothing is asked of Cloud Map itself: nobody listens there.
  const endpoint = 'http://127.0.0.1:1';
  const reader = cloudMap({ account: '111111111111', region, endpoint, reader: { roleName: 'heddle-reader' } });
  const query = { account: '222222222222', namespaceName: 'shop', serviceName: 'color', attributes: {} };
  const told = { refused: expect.stringMatching(/account 222222222222 lets nobody look up shop\/color: may not/) };
  expect(await reader.revision(query)).toEqual(told);
  expect(await reader.discover(query)).toEqual(told);
  reader.close();
  vi.unstubAllEnvs();
  denying.stop();
});

describe.skipIf(motoPath() === undefined)('another account’s Cloud Map', () => {
  let place: Place;
  beforeAll(async () => {
    place = await moto();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_ENDPOINT_URL', place.endpoint);
  }, 90_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await place?.close();
  });

  test('is read by the role there', async () => {
    const account = '222222222222';
    const { endpoint } = place;
    const RoleArn = `arn:aws:iam::${account}:role/owner`;
    const credentials = fromTemporaryCredentials({
      params: { RoleArn, RoleSessionName: 'owner' },
      clientConfig: { region },
    });
    const theirs = new ServiceDiscoveryClient({ endpoint, region, credentials, disableHostPrefix: true });
    const ServiceId = await makeService(theirs);
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
    await theirs.send(new RegisterInstanceCommand({ ServiceId, InstanceId: 'theirs', Attributes }));
    theirs.destroy();

    const reader = cloudMap({
      account: place.account,
      region,
      endpoint,
      reader: { roleName: 'heddle-reader', externalId: 'x' },
    });
    const query = { namespaceName: 'shop', serviceName: 'color', attributes: {} };
    expect(await reader.discover({ ...query, account })).toMatchObject({ instances: [{ id: 'theirs' }] });
    expect(await reader.discover({ ...query, account: place.account })).toHaveProperty('none');
    reader.close();
  });
});
