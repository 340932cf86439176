// The configuration of a proxy as the deployed function tells it, with the instances that its account has in Cloud Map: the
// function's own role looks them up.
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamerArgument } from '#cli/argument.ts';
import { callerOf } from '#cli/caller.ts';
import { account } from '#test/suites/api/principals.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { emulatorAvailable } from './emulator.ts';

describe.skipIf(!(await emulatorAvailable()))('the deployed configuration', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await startDeployment({ account, settings: { AUTH: 'true' } });
  }, 180_000);
  afterAll(() => deployment?.stop());

  test('has the instances of Cloud Map', { timeout: 60_000 }, async () => {
    const registry = new ServiceDiscoveryClient({ disableHostPrefix: true });
    await registry.send(new CreateHttpNamespaceCommand({ Name: 'shop' }));
    const { Namespaces: [namespace] = [] } = await registry.send(new ListNamespacesCommand({}));
    const { Service } = await registry.send(new CreateServiceCommand({ Name: 'color', NamespaceId: namespace?.Id }));
    const Attributes = { AWS_INSTANCE_IPV4: '10.1.2.3', AWS_INSTANCE_PORT: '8080' };
    await registry.send(new RegisterInstanceCommand({ ServiceId: Service?.Id, InstanceId: 'red', Attributes }));
    registry.destroy();

    const meshName = 'shop';
    const client = new AppMeshClient({ endpoint: deployment.apiUrl });
    const listeners = [{ portMapping: { port: 8080, protocol: 'http' as const } }];
    const discovered = { awsCloudMap: { namespaceName: 'shop', serviceName: 'color' } };
    await client.send(new CreateMeshCommand({ meshName }));
    await client.send(
      new CreateVirtualNodeCommand({
        meshName,
        virtualNodeName: 'color',
        spec: { listeners, serviceDiscovery: discovered },
      }),
    );
    await client.send(
      new CreateVirtualServiceCommand({
        meshName,
        virtualServiceName: 'color.shop',
        spec: { provider: { virtualNode: { virtualNodeName: 'color' } } },
      }),
    );
    const backends = [{ virtualService: { virtualServiceName: 'color.shop' } }];
    await client.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'front', spec: { backends } }));
    client.destroy();

    const heddle = callerOf({
      endpoint: new URL(`${deployment.apiUrl}/`),
      xdsEndpoint: streamerArgument('127.0.0.1:18000'),
      json: true,
    });
    const told = await heddle.call({
      method: 'GET',
      path: '/heddle/v1/config',
      query: { resource: 'mesh/shop/virtualNode/front' },
    });
    expect(told).toMatchObject({ report: [] });
    expect(JSON.stringify(told)).toContain('10.1.2.3');
  });
});
