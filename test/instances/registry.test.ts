// The embedded registry, asked by the SDK's client of Cloud Map: it answers as Cloud Map does.
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  GetInstanceCommand,
  GetInstancesHealthStatusCommand,
  GetNamespaceCommand,
  GetOperationCommand,
  GetServiceCommand,
  type HealthStatusFilter,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  paginateListInstances,
  RegisterInstanceCommand,
  type ServiceDiscoveryClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateHttpNamespaceCommand,
  UpdateInstanceCustomHealthStatusCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-servicediscovery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { principals, type RegistryUnderTest, registryUnderTest } from './registry-under-test.ts';

let registry: RegistryUnderTest;
let client: ServiceDiscoveryClient;
beforeAll(async () => {
  registry = await registryUnderTest();
  client = registry.client(principals.owner);
});
afterAll(() => registry.close());

const discover = async (ServiceName: string, more: object = {}) => {
  const found = await client.send(new DiscoverInstancesCommand({ NamespaceName: 'shop', ServiceName, ...more }));
  return (found.Instances ?? []).map(({ InstanceId }) => InstanceId);
};
const revision = async (ServiceName: string) =>
  (await client.send(new DiscoverInstancesRevisionCommand({ NamespaceName: 'shop', ServiceName }))).InstancesRevision;

describe('the registry', () => {
  let serviceId = '';

  test('makes a namespace and a service, and shows them', async () => {
    const { OperationId } = await client.send(
      new CreateHttpNamespaceCommand({ Name: 'shop', Description: 'all of it' }),
    );
    const { Operation } = await client.send(new GetOperationCommand({ OperationId }));
    expect(Operation).toMatchObject({ Id: OperationId, Type: 'CREATE_NAMESPACE', Status: 'SUCCESS' });
    const NamespaceId = Operation?.Targets?.NAMESPACE ?? '';
    const { Service } = await client.send(new CreateServiceCommand({ Name: 'color', NamespaceId }));
    serviceId = Service?.Id ?? '';
    expect(Service).toMatchObject({ Name: 'color', NamespaceId, CreateDate: expect.any(Date) });
    expect(Service?.Arn).toBe(`arn:aws:servicediscovery:us-east-1:${principals.owner.accountId}:service/${serviceId}`);
    const { Namespace } = await client.send(new GetNamespaceCommand({ Id: NamespaceId }));
    expect(Namespace).toMatchObject({ Name: 'shop', Type: 'HTTP', ServiceCount: 1, Description: 'all of it' });
    const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [NamespaceId], Condition: 'EQ' as const }];
    const { Services } = await client.send(new ListServicesCommand({ Filters }));
    expect(Services?.map(({ Name }) => Name)).toEqual(['color']);
    const { Namespaces } = await client.send(new ListNamespacesCommand({}));
    expect(Namespaces?.map(({ Name }) => Name)).toEqual(['shop']);
  });

  test('tells of instances as they come and go, under a revision that moves with them alone', async () => {
    const revisions = [await revision('color')];
    const register = async (InstanceId: string, Attributes: Record<string, string>) => {
      await client.send(new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId, Attributes }));
      revisions.push(await revision('color'));
    };
    await register('a', { AWS_INSTANCE_IPV4: '10.0.0.1', stage: 'test' });
    await register('b', { AWS_INSTANCE_IPV4: '10.0.0.2', stage: 'live' });
    await register('b', { AWS_INSTANCE_IPV4: '10.0.0.3', stage: 'live' });
    expect(await discover('color')).toEqual(['a', 'b']);
    expect(await discover('color', { QueryParameters: { stage: 'live' } })).toEqual(['b']);
    expect(await discover('color', { QueryParameters: { stage: 'none' } })).toEqual([]);
    expect(await discover('color', { OptionalParameters: { stage: 'none' } })).toEqual(['a', 'b']);
    expect(await discover('color', { MaxResults: 1 })).toEqual(['a']);
    const { Instance, ResourceOwner } = await client.send(
      new GetInstanceCommand({ ServiceId: serviceId, InstanceId: 'b' }),
    );
    expect(ResourceOwner).toBe(principals.owner.accountId);
    expect(Instance?.Attributes).toEqual({ AWS_INSTANCE_IPV4: '10.0.0.3', stage: 'live' });
    await client.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'a' }));
    revisions.push(await revision('color'));
    expect(await discover('color')).toEqual(['b']);
    expect(new Set(revisions).size).toBe(revisions.length);
    expect(await revision('color')).toBe(revisions.at(-1));
    const { Service } = await client.send(new GetServiceCommand({ Id: serviceId }));
    expect(Service?.InstanceCount).toBe(1);
  });

  test('shows every instance once, over pages', async () => {
    const wanted = Array.from({ length: 25 }, (_, index) => `page-${index}`).sort();
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.9' };
    await Promise.all(
      wanted.map((InstanceId) =>
        client.send(new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId, Attributes })),
      ),
    );
    const seen: (string | undefined)[] = [];
    for await (const page of paginateListInstances({ client, pageSize: 7 }, { ServiceId: serviceId })) {
      seen.push(...(page.Instances ?? []).map(({ Id }) => Id));
    }
    expect(seen).toEqual(['b', ...wanted]);
    for (const InstanceId of wanted) {
      await client.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId }));
    }
    expect((await client.send(new ListInstancesCommand({ ServiceId: serviceId }))).Instances).toHaveLength(1);
  });

  test('keeps a health that is told, without a new revision', async () => {
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
    const NamespaceId = Namespaces[0]?.Id;
    const custom = { HealthCheckCustomConfig: { FailureThreshold: 1 } };
    const { Service } = await client.send(new CreateServiceCommand({ Name: 'checked', NamespaceId, ...custom }));
    const ServiceId = Service?.Id;
    for (const InstanceId of ['well', 'ill']) {
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INIT_HEALTH_STATUS: 'HEALTHY' };
      await client.send(new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }));
    }
    const before = await revision('checked');
    const say = (InstanceId: string, Status: 'HEALTHY' | 'UNHEALTHY') =>
      client.send(new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId, Status }));
    await say('ill', 'UNHEALTHY');
    expect(await revision('checked')).toBe(before);
    const asked = (HealthStatus: HealthStatusFilter) => discover('checked', { HealthStatus });
    expect(await asked('HEALTHY')).toEqual(['well']);
    expect(await asked('UNHEALTHY')).toEqual(['ill']);
    expect(await asked('ALL')).toEqual(['ill', 'well']);
    expect(await asked('HEALTHY_OR_ELSE_ALL')).toEqual(['well']);
    await say('well', 'UNHEALTHY');
    expect(await asked('HEALTHY_OR_ELSE_ALL')).toEqual(['ill', 'well']);
    const { Status } = await client.send(new GetInstancesHealthStatusCommand({ ServiceId }));
    expect(Status).toEqual({ ill: 'UNHEALTHY', well: 'UNHEALTHY' });
  });

  test('keeps descriptions and tags, which change no instance', async () => {
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
    const [{ Id = '', Arn = '' } = {}] = Namespaces;
    const Tags = [
      { Key: 'team', Value: 'shop' },
      { Key: 'stage', Value: '' },
    ];
    const { Service: made } = await client.send(
      new CreateServiceCommand({ Name: 'tagged', NamespaceId: Id, Description: 'old', Tags }),
    );
    const tagsOf = async (ResourceARN = '') => {
      const { Tags: found = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
      return Object.fromEntries(found.map(({ Key, Value }) => [Key, Value]));
    };
    expect(await tagsOf(made?.Arn)).toEqual({ team: 'shop', stage: '' });
    const changed = { ResourceARN: made?.Arn, Tags: [{ Key: 'team', Value: 'paint' }] };
    await client.send(new TagResourceCommand(changed));
    await client.send(new UntagResourceCommand({ ResourceARN: made?.Arn, TagKeys: ['stage'] }));
    expect(await tagsOf(made?.Arn)).toEqual({ team: 'paint' });
    await client.send(new TagResourceCommand({ ...changed, ResourceARN: Arn }));
    expect(await tagsOf(Arn)).toEqual({ team: 'paint' });

    const { OperationId } = await client.send(
      new UpdateServiceCommand({ Id: made?.Id, Service: { Description: 'new' } }),
    );
    const { Operation } = await client.send(new GetOperationCommand({ OperationId }));
    expect(Operation).toMatchObject({ Type: 'UPDATE_SERVICE', Status: 'SUCCESS', Targets: { SERVICE: made?.Id } });
    const { Service } = await client.send(new GetServiceCommand({ Id: made?.Id }));
    expect(Service).toMatchObject({ Name: 'tagged', Description: 'new' });
    await client.send(new UpdateHttpNamespaceCommand({ Id, Namespace: { Description: 'less' } }));
    const { Namespace } = await client.send(new GetNamespaceCommand({ Id }));
    expect(Namespace).toMatchObject({ Name: 'shop', Description: 'less' });
    expect(await tagsOf(made?.Arn)).toEqual({ team: 'paint' });

    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    const tooMany = new TagResourceCommand({ ResourceARN: made?.Arn, Tags: many });
    await expect(client.send(tooMany)).rejects.toMatchObject({ name: 'TooManyTagsException' });
    const reserved = new TagResourceCommand({ ResourceARN: made?.Arn, Tags: [{ Key: 'aws:x', Value: '' }] });
    await expect(client.send(reserved)).rejects.toMatchObject({ name: 'InvalidInput' });
    const other = registry.client(principals.stranger).send(new ListTagsForResourceCommand({ ResourceARN: Arn }));
    await expect(other).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new DeleteServiceCommand({ Id: made?.Id }));
  });

  test('an instance that comes while its service is tagged has a revision of its own', async () => {
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.7' };
    const ResourceARN = `arn:aws:servicediscovery:us-east-1:${principals.owner.accountId}:service/${serviceId}`;
    const seen = [await revision('color')];
    for (let turn = 0; turn < 10; turn += 1) {
      const InstanceId = `tagged-${turn}`;
      await Promise.all([
        client.send(new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId, Attributes })),
        client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'turn', Value: String(turn) }] })),
      ]);
      seen.push(await revision('color'));
      await client.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId }));
      seen.push(await revision('color'));
    }
    expect(seen).toEqual([...new Set(seen)].toSorted((a = 0, b = 0) => a - b));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toEqual([{ Key: 'turn', Value: '9' }]);
  });

  test('names its refusals as Cloud Map does', async () => {
    const refusedAs = (name: string) =>
      expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: 400 }) });
    const unknown = { NamespaceName: 'shop', ServiceName: 'nobody' };
    await expect(client.send(new DiscoverInstancesCommand(unknown))).rejects.toEqual(refusedAs('ServiceNotFound'));
    const nowhere = { NamespaceName: 'nowhere', ServiceName: 'color' };
    await expect(client.send(new DiscoverInstancesRevisionCommand(nowhere))).rejects.toEqual(
      refusedAs('NamespaceNotFound'),
    );
    await expect(client.send(new CreateHttpNamespaceCommand({ Name: 'shop' }))).rejects.toEqual(
      refusedAs('NamespaceAlreadyExists'),
    );
    const gone = new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'nobody' });
    await expect(client.send(gone)).rejects.toEqual(refusedAs('InstanceNotFound'));
    await expect(client.send(new DeleteServiceCommand({ Id: serviceId }))).rejects.toEqual(refusedAs('ResourceInUse'));
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '70000' };
    const bad = new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'a b', Attributes });
    await expect(client.send(bad)).rejects.toThrow(/^InstanceId is not of the form/);
    const port = new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'a', Attributes });
    await expect(client.send(port)).rejects.toThrow(/AWS_INSTANCE_PORT/);
    await expect(client.send(new GetOperationCommand({ OperationId: 'x' }))).rejects.toEqual(
      refusedAs('OperationNotFound'),
    );
  });

  test('is each account’s own', async () => {
    const other = registry.client(principals.stranger);
    expect((await other.send(new ListNamespacesCommand({}))).Namespaces).toEqual([]);
    const seen = other.send(new DiscoverInstancesCommand({ NamespaceName: 'shop', ServiceName: 'color' }));
    await expect(seen).rejects.toMatchObject({ name: 'NamespaceNotFound' });
    const arn = `arn:aws:servicediscovery:us-east-1:${principals.owner.accountId}:service/${serviceId}`;
    await expect(other.send(new ListInstancesCommand({ ServiceId: arn }))).rejects.toMatchObject({
      name: 'ServiceNotFound',
    });
  });

  test('asks the policies of the caller', async () => {
    const reader = registry.client(principals.reader);
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
    expect((await reader.send(new ListServicesCommand({}))).Services).toHaveLength(2);
    const denied = reader.send(new RegisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'x', Attributes }));
    await expect(denied).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: /servicediscovery:RegisterInstance/,
    });
  });

  test('asks them about what a tag is put on, however its ARN is written', async () => {
    const tagger = registry.client(principals.tagger);
    const tag = (ResourceARN = '') =>
      tagger.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'by', Value: 'tagger' }] }));
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
    await tag(Namespaces[0]?.Arn);
    const own = Namespaces[0]?.Arn?.replace(/[^/]*$/, '');
    for (const written of [serviceId, `${own}${serviceId}`]) {
      await expect(tag(written)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });

  test('forgets what is empty', async () => {
    await client.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: 'b' }));
    const { Services = [] } = await client.send(new ListServicesCommand({}));
    for (const { Id, Name } of Services) {
      for (const InstanceId of Name === 'checked' ? ['ill', 'well'] : []) {
        await client.send(new DeregisterInstanceCommand({ ServiceId: Id, InstanceId }));
      }
      await client.send(new DeleteServiceCommand({ Id }));
    }
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
    await client.send(new DeleteNamespaceCommand({ Id: Namespaces[0]?.Id }));
    expect((await client.send(new ListNamespacesCommand({}))).Namespaces).toEqual([]);
  });
});
