// Heddle with its registry of instances, on free ports, and who may call it there.
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { startEmbedded } from '#test/wire/embedded.ts';

const tagsOfNamespaces = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'servicediscovery:*', Resource: 'arn:aws:servicediscovery:*:*:namespace/*' }],
};
const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'servicediscovery:*', Resource: '*' }] };

const principal = (name: string, accountId: string, ...policies: readonly unknown[]) => ({
  accessKeyId: `KEY-${name}`,
  secretAccessKey: `${name}-has-a-secret-of-its-own`,
  accountId,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  policies,
});

export const principals = {
  owner: principal('owner', '111111111111', all),
  stranger: principal('stranger', '222222222222', all),
  tagger: principal('tagger', '111111111111', tagsOfNamespaces),
  reader: principal('reader', '111111111111', 'AWSAppMeshReadOnly'),
};
type Principal = (typeof principals)[keyof typeof principals];

export interface RegistryUnderTest {
  readonly endpoint: string;
  readonly region: string;
  client(as: Principal): ServiceDiscoveryClient;
  close(): Promise<void>;
}

export async function registryUnderTest(): Promise<RegistryUnderTest> {
  const { endpoint, region, close } = await startEmbedded(Object.values(principals));
  const clients: ServiceDiscoveryClient[] = [];
  return {
    endpoint,
    region,
    client(credentials) {
      const client = new ServiceDiscoveryClient({ endpoint, region, credentials, disableHostPrefix: true });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      await close();
    },
  };
}
