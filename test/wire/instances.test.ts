// The embedded registry by the programs that people have: `aws servicediscovery` and `heddle instances`.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { principals, type RegistryUnderTest, registryUnderTest } from '#test/instances/registry-under-test.ts';
import { awsPath } from '#test/setup/tools.ts';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await registryUnderTest();
});
afterAll(() => registry.close());

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Said> {
  const { accessKeyId, secretAccessKey } = principals.owner;
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: registry.region,
    AWS_CONFIG_FILE: '/dev/null',
    ...environment,
  };
  return new Promise((done) => {
    execFile(program, parameters, { env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const program = resolve(import.meta.dirname, '../../cli/heddle.ts');
const heddle = (...parameters: readonly string[]) =>
  run(process.execPath, [program, 'instances', ...parameters], { HEDDLE_ENDPOINT: registry.endpoint });

describe('heddle instances', () => {
  test('makes what is not there, replaces, lists and deregisters', async () => {
    const first = await heddle(
      'register',
      'apps/color',
      'red',
      '--ipv4',
      '10.0.0.1',
      '--zone',
      'a',
      '--attribute',
      'v=1',
    );
    expect(first).toEqual({ code: 0, err: '', out: 'apps/color: red is registered\n' });
    await heddle('register', 'apps/color', 'red', '--ipv4', '10.0.0.2', '--port', '8080');
    await heddle('register', 'apps/shape', 'round', '--ipv6', '2001:db8::1');
    const { out } = await heddle('list', 'apps/color', '--json');
    expect(JSON.parse(out)).toEqual([
      {
        namespace: 'apps',
        service: 'color',
        id: 'red',
        health: 'UNKNOWN',
        attributes: { AWS_INSTANCE_IPV4: '10.0.0.2', AWS_INSTANCE_PORT: '8080' },
      },
    ]);
    const { out: text } = await heddle('list', 'apps');
    expect(text).toMatch(/^apps\/color +red +UNKNOWN +10\.0\.0\.2 +AWS_INSTANCE_PORT=8080$/m);
    expect(text).toMatch(/^apps\/shape +round +UNKNOWN +2001:db8::1$/m);
    expect(await heddle('deregister', 'apps/color', 'red')).toMatchObject({ code: 0 });
    expect(await heddle('deregister', 'apps/color', 'red')).toMatchObject({
      code: 1,
      err: expect.stringContaining('InstanceNotFound'),
    });
    expect(await heddle('list', 'apps/color')).toMatchObject({ out: 'No instance is registered.\n' });
  }, 120_000);

  test.each([
    [['register', 'color', 'red']],
    [['register', 'apps/color', 'red', '--ipv4', '10.0.0']],
    [['register', 'apps/color', 'red', '--attribute', 'v']],
    [['deregister', 'apps/color']],
  ])('ends with status 2 at %j', async (parameters) => {
    expect(await heddle(...parameters)).toMatchObject({ code: 2, out: '' });
  });
});

const aws = awsPath() ?? '';

describe.skipIf(aws === '')('aws servicediscovery', () => {
  async function cloudMap(...parameters: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, out, err } = await run(
      aws,
      ['servicediscovery', '--endpoint-url', registry.endpoint, ...parameters],
      {
        AWS_DEFAULT_OUTPUT: 'json',
        // `data-` before an address is no name of a host.
        AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
      },
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out === '' ? {} : JSON.parse(out);
  }

  test('registers, discovers and deregisters', async () => {
    const { OperationId: made } = await cloudMap('create-http-namespace', '--name', 'shop');
    const operation = await cloudMap('get-operation', '--operation-id', String(made));
    const { NAMESPACE: id } = (operation.Operation as { Targets: { NAMESPACE: string } }).Targets;
    const { Service } = await cloudMap('create-service', '--name', 'color', '--namespace-id', id);
    const service = ['--service-id', (Service as { Id: string }).Id];
    const attributes = ['--attributes', 'AWS_INSTANCE_IPV4=10.0.0.1,AVAILABILITY_ZONE=us-east-1a'];
    await cloudMap('register-instance', ...service, '--instance-id', 'red', ...attributes);
    const names = ['--namespace-name', 'shop', '--service-name', 'color'];
    expect(await cloudMap('discover-instances', ...names)).toEqual({
      Instances: [
        {
          InstanceId: 'red',
          NamespaceName: 'shop',
          ServiceName: 'color',
          HealthStatus: 'UNKNOWN',
          Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', AVAILABILITY_ZONE: 'us-east-1a' },
        },
      ],
      InstancesRevision: expect.any(Number),
    });
    await cloudMap('deregister-instance', ...service, '--instance-id', 'red');
    expect(await cloudMap('list-instances', ...service)).toMatchObject({ Instances: [] });
    expect(await cloudMap('discover-instances-revision', ...names)).toEqual({ InstancesRevision: expect.any(Number) });
  }, 120_000);
});
