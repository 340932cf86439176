// Services of the embedded registry. Their health, where they have one, is told by whoever registers the instances.
import { cloudMapError } from './cloud-map-error.ts';
import { count, filters, type Members, optionalText, structure, text } from './members.ts';
import {
  arnOfNamespace,
  arnOfService,
  done,
  idIn,
  namespaceAt,
  type Operation,
  type Place,
  pageOf,
  serviceAt,
} from './place.ts';
import { type ServiceRecord, serviceIdOf } from './records.ts';
import { entriesOfTags, tagged, tagsIn } from './tag-operations.ts';

const byId: Operation['resource'] = (place, members) =>
  arnOfService(place, idIn(place, text(members, 'Id', 'Identifier')));

function shape(place: Place, service: ServiceRecord) {
  const { id, name, namespaceId, createdAt, description, creatorRequestId, checksHealth } = service;
  return {
    Id: id,
    Arn: arnOfService(place, id),
    ResourceOwner: place.account,
    Name: name,
    NamespaceId: namespaceId,
    Type: 'HTTP',
    ...(description !== undefined && { Description: description }),
    ...(checksHealth && { HealthCheckCustomConfig: { FailureThreshold: 1 } }),
    CreateDate: createdAt / 1000,
    ...(creatorRequestId !== undefined && { CreatorRequestId: creatorRequestId }),
  };
}

const counted = async (place: Place, service: ServiceRecord) => ({
  ...shape(place, service),
  InstanceCount: (await place.registry.instances(place.account, service.id)).length,
});

function refuseChecks(members: Members): void {
  for (const member of ['DnsConfig', 'HealthCheckConfig']) {
    if (structure(members, member) === undefined) continue;
    throw cloudMapError('InvalidInput', `${member}: the embedded registry answers no DNS and checks no health itself`);
  }
}

export const serviceOperations = {
  CreateService: {
    resource: (place, members) => arnOfNamespace(place, idIn(place, text(members, 'NamespaceId', 'Identifier'))),
    entries: entriesOfTags,
    async run(place, members) {
      const name = text(members, 'Name', 'ServiceName');
      refuseChecks(members);
      const description = optionalText(members, 'Description', 'Text');
      const creatorRequestId = optionalText(members, 'CreatorRequestId', 'Identifier');
      const checksHealth = structure(members, 'HealthCheckCustomConfig') !== undefined;
      const namespace = await namespaceAt(place, text(members, 'NamespaceId', 'Identifier'));
      const id = serviceIdOf(place.account, namespace.name, name);
      const there = await place.registry.service(place.account, id);
      if (there !== undefined) {
        if (creatorRequestId !== undefined && there.creatorRequestId === creatorRequestId) {
          return { Service: shape(place, there) };
        }
        throw cloudMapError('ServiceAlreadyExists', `There is a service ${name} already: ${id}`);
      }
      const service: ServiceRecord = {
        id,
        name,
        namespaceId: namespace.id,
        namespaceName: namespace.name,
        createdAt: place.now(),
        ...(description !== undefined && { description }),
        ...(creatorRequestId !== undefined && { creatorRequestId }),
        checksHealth,
        ...tagged([], tagsIn(members)),
        // Never one that a service of this name had before.
        revision: place.now() * 1000,
      };
      await place.registry.change(place.account, { service });
      return { Service: shape(place, service) };
    },
  },
  GetService: {
    resource: byId,
    run: async (place, members) => ({
      Service: await counted(place, await serviceAt(place, text(members, 'Id', 'Identifier'))),
    }),
  },
  ListServices: {
    resource: () => '*',
    async run(place, members) {
      const namespaces = filters(members, ['NAMESPACE_ID'])
        .get('NAMESPACE_ID')
        ?.map((id) => idIn(place, id));
      const all = await place.registry.services(place.account);
      const fitting = all.filter(({ namespaceId }) => namespaces?.includes(namespaceId) ?? true);
      const token = optionalText(members, 'NextToken', 'Text');
      const { items, ...more } = pageOf(fitting, count(members, 'MaxResults', 100), token);
      return { Services: await Promise.all(items.map((one) => counted(place, one))), ...more };
    },
  },
  UpdateService: {
    resource: byId,
    async run(place, members) {
      const before = await serviceAt(place, text(members, 'Id', 'Identifier'));
      const change = structure(members, 'Service') ?? {};
      refuseChecks(change);
      const description = optionalText(change, 'Description', 'Text');
      const service = { ...before, ...(description !== undefined && { description }) };
      const operation = done(place, 'UPDATE_SERVICE', { SERVICE: service.id });
      await place.registry.change(place.account, { service, operation });
      return { OperationId: operation.id };
    },
  },
  DeleteService: {
    resource: byId,
    async run(place, members) {
      const service = await serviceAt(place, text(members, 'Id', 'Identifier'));
      if ((await place.registry.instances(place.account, service.id)).length > 0) {
        throw cloudMapError('ResourceInUse', `The service ${service.name} has instances`);
      }
      await place.registry.change(place.account, { gone: { service } });
      return {};
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
