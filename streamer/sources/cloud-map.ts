// Cloud Map as the registry of instances, each account's read as that account.
import {
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  type HttpInstanceSummary,
  NamespaceNotFound,
  ServiceDiscoveryClient,
  ServiceNotFound,
} from '@aws-sdk/client-servicediscovery';
import {
  fitting,
  type InstanceRegistry,
  type NoService,
  type NotAllowed,
  type RegisteredInstance,
  type RegistryService,
} from '#events/instances.ts';
import { isDenied, type ReaderParts, readingOf } from './reader-role.ts';

export interface CloudMapParts extends ReaderParts {
  /** Where it is, if not where the variables of the AWS SDKs say: then its data plane has no host name of its own. */
  readonly endpoint?: string;
}

export interface CloudMap extends InstanceRegistry {
  close(): void;
}

/** API reference, DiscoverInstances: the most that one answer holds, and there is no second page. */
const most = 1000;
/** AWS's defaults, calls a second of an account in a region (Cloud Map developer guide, quotas). */
const quotas = { revisions: 3000, discoveries: 1000 };
/** Milliseconds after which an answer is no longer awaited. */
const patience = 5_000;

export function cloudMap(parts: CloudMapParts): CloudMap {
  const { region, endpoint = process.env.AWS_ENDPOINT_URL_SERVICEDISCOVERY || process.env.AWS_ENDPOINT_URL } = parts;
  const clients = new Map<string, ServiceDiscoveryClient | NotAllowed>();

  function clientOf(account: string): ServiceDiscoveryClient | NotAllowed {
    const known = clients.get(account);
    if (known !== undefined) return known;
    const reading = readingOf(parts, account);
    const client =
      reading !== 'own' && 'refused' in reading
        ? reading
        : new ServiceDiscoveryClient({
            region,
            ...(reading !== 'own' && { credentials: reading.credentials }),
            ...(endpoint && { endpoint, disableHostPrefix: true }),
          });
    clients.set(account, client);
    return client;
  }

  async function ask<A>(
    service: RegistryService,
    question: (client: ServiceDiscoveryClient, signal: AbortSignal) => Promise<A>,
  ): Promise<A | NoService | NotAllowed> {
    const client = clientOf(service.account);
    if ('refused' in client) return client;
    try {
      return await question(client, AbortSignal.timeout(patience));
    } catch (error) {
      const { account, namespaceName, serviceName } = service;
      const none = (what: string): NoService => ({ none: `account ${account} has no ${what} in Cloud Map` });
      if (error instanceof NamespaceNotFound) return none(`namespace ${namespaceName}`);
      if (error instanceof ServiceNotFound) return none(`service ${namespaceName}/${serviceName}`);
      if (isDenied(error)) {
        return { refused: `account ${account} lets nobody look up ${namespaceName}/${serviceName}: ${error.message}` };
      }
      throw error;
    }
  }

  return {
    quotas,
    async revision({ account, namespaceName: NamespaceName, serviceName: ServiceName }) {
      const service = { account, namespaceName: NamespaceName, serviceName: ServiceName };
      const answer = await ask(service, (client, abortSignal) =>
        client.send(new DiscoverInstancesRevisionCommand({ NamespaceName, ServiceName }), { abortSignal }),
      );
      if ('none' in answer || 'refused' in answer) return answer;
      if (answer.InstancesRevision === undefined) throw new Error('Cloud Map answered without a revision');
      return answer.InstancesRevision;
    },
    async discover(query) {
      const { namespaceName: NamespaceName, serviceName: ServiceName, attributes } = query;
      const command = new DiscoverInstancesCommand({
        NamespaceName,
        ServiceName,
        MaxResults: most,
        HealthStatus: 'ALL',
        ...(Object.keys(attributes).length > 0 && { QueryParameters: { ...attributes } }),
      });
      const answer = await ask(query, (client, abortSignal) => client.send(command, { abortSignal }));
      if ('none' in answer || 'refused' in answer) return answer;
      const { Instances = [], InstancesRevision: revision } = answer;
      return {
        // Looked at again: not everything that answers this API filters.
        instances: fitting(Instances.map(registered), attributes),
        ...(revision !== undefined && { revision }),
        ...(Instances.length >= most && { cut: most }),
      };
    },
    close() {
      for (const client of clients.values()) if (!('refused' in client)) client.destroy();
      clients.clear();
    },
  };
}

const registered = ({ InstanceId = '', Attributes = {}, HealthStatus }: HttpInstanceSummary): RegisteredInstance => ({
  id: InstanceId,
  attributes: Attributes,
  ...(HealthStatus !== undefined && HealthStatus !== 'UNKNOWN' && { healthy: HealthStatus === 'HEALTHY' }),
});
