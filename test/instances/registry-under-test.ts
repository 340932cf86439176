// Heddle with its registry of instances, on free ports, and who may call it there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { pino } from 'pino';
import { readConfiguration } from '#local/configuration.ts';
import { createLog } from '#local/log.ts';
import { startLocal } from '#local/main.ts';
import { scratchFolder } from '#test/store/scratch-folder.ts';

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
  const folder = scratchFolder();
  const file = join(folder.path, 'credentials.json');
  writeFileSync(file, JSON.stringify(Object.values(principals)), { mode: 0o600 });
  const configuration = readConfiguration({
    HEDDLE_DATA_DIR: folder.path,
    HEDDLE_CREDENTIALS_FILE: file,
    HEDDLE_API_ADDR: '127.0.0.1:0',
    HEDDLE_XDS_ADDR: '127.0.0.1:0',
    HEDDLE_ADMIN_ADDR: '127.0.0.1:0',
  });
  if ('refused' in configuration) throw new Error(configuration.refused.join('\n'));
  const running = await startLocal(configuration, createLog({ logger: pino({ level: 'silent' }) }));
  const endpoint = `http://${running.apiAddress}`;
  const { region } = configuration;
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
      await running.close();
      folder.remove();
    },
  };
}
