// What is asked of the embedded registry by names: the instances of a service, and whether they are still the same.
import { hasAttributes } from '#events/instances.ts';
import { cloudMapError } from './cloud-map-error.ts';
import { attributes, count, type Members, oneOf, optionalText, text } from './members.ts';
import type { Operation, Place } from './place.ts';
import { healthText, type InstanceRecord, namespaceIdOf, type ServiceRecord, serviceIdOf } from './records.ts';

/** Service authorization reference: the names are condition keys. */
const byNames = {
  resource: () => '*',
  entries: (members) => [
    ['servicediscovery:NamespaceName', text(members, 'NamespaceName', 'NamespaceName')],
    ['servicediscovery:ServiceName', text(members, 'ServiceName', 'ServiceName')],
  ],
} as const satisfies Pick<Operation, 'resource' | 'entries'>;

async function named(place: Place, members: Members): Promise<ServiceRecord> {
  const namespaceName = text(members, 'NamespaceName', 'NamespaceName');
  const name = text(members, 'ServiceName', 'ServiceName');
  const { registry, account } = place;
  const found = await registry.service(account, serviceIdOf(account, namespaceName, name));
  if (found !== undefined) return found;
  const namespace = await registry.namespace(account, namespaceIdOf(account, namespaceName));
  if (namespace === undefined) throw cloudMapError('NamespaceNotFound', `There is no namespace ${namespaceName}`);
  throw cloudMapError('ServiceNotFound', `There is no service ${name} in the namespace ${namespaceName}`);
}

type Health = 'HEALTHY' | 'UNHEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL';

/** API reference, DiscoverInstances: `HealthStatus` means nothing where the service checks no health. */
function ofHealth(all: readonly InstanceRecord[], wanted: Health): readonly InstanceRecord[] {
  const healthy = all.filter((one) => one.healthy !== false);
  switch (wanted) {
    case 'ALL':
      return all;
    case 'HEALTHY':
      return healthy;
    case 'UNHEALTHY':
      return all.filter((one) => one.healthy !== true);
    case 'HEALTHY_OR_ELSE_ALL':
      return healthy.length > 0 ? healthy : all;
  }
}

export const discoveryOperations = {
  DiscoverInstances: {
    ...byNames,
    async run(place, members) {
      const most = count(members, 'MaxResults', 1000, 100);
      const wanted = oneOf<Health>(members, 'HealthStatus', ['HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL']);
      const [query, optional] = [attributes(members, 'QueryParameters'), attributes(members, 'OptionalParameters')];
      const { id, name, namespaceName, revision } = await named(place, members);
      const all = (await place.registry.instances(place.account, id)).filter((one) => hasAttributes(one, query));
      const fitting = all.filter((one) => hasAttributes(one, optional));
      const found = ofHealth(fitting.length > 0 ? fitting : all, wanted ?? 'ALL').slice(0, most);
      return {
        Instances: found.map((one) => ({
          InstanceId: one.id,
          NamespaceName: namespaceName,
          ServiceName: name,
          HealthStatus: healthText(one),
          Attributes: one.attributes,
        })),
        InstancesRevision: revision,
      };
    },
  },
  DiscoverInstancesRevision: {
    ...byNames,
    run: async (place, members) => ({ InstancesRevision: (await named(place, members)).revision }),
  },
  GetOperation: {
    resource: () => '*',
    async run(place, members) {
      const id = text(members, 'OperationId', 'Identifier');
      const found = await place.registry.operation(place.account, id);
      if (found === undefined) throw cloudMapError('OperationNotFound', `There is no operation ${id}`);
      const times = { CreateDate: found.at / 1000, UpdateDate: found.at / 1000 };
      optionalText(members, 'OwnerAccount', 'Identifier');
      return { Operation: { Id: id, Type: found.type, Status: 'SUCCESS', ...times, Targets: found.targets } };
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
