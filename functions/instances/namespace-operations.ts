// Namespaces of the embedded registry: those of kind HTTP, since nobody here answers DNS.
import { cloudMapError } from './cloud-map-error.ts';
import { count, filters, optionalText, structure, text } from './members.ts';
import { arnOfNamespace, done, idIn, namespaceAt, type Operation, type Place, pageOf } from './place.ts';
import { type NamespaceRecord, namespaceIdOf } from './records.ts';
import { entriesOfTags, tagged, tagsIn } from './tag-operations.ts';

const byId: Operation['resource'] = (place, members) =>
  arnOfNamespace(place, idIn(place, text(members, 'Id', 'Identifier')));

async function shape(place: Place, { id, name, createdAt, description, creatorRequestId }: NamespaceRecord) {
  const services = await place.registry.services(place.account);
  return {
    Id: id,
    Arn: arnOfNamespace(place, id),
    ResourceOwner: place.account,
    Name: name,
    Type: 'HTTP',
    ...(description !== undefined && { Description: description }),
    ServiceCount: services.filter(({ namespaceId }) => namespaceId === id).length,
    Properties: { HttpProperties: { HttpName: name } },
    CreateDate: createdAt / 1000,
    ...(creatorRequestId !== undefined && { CreatorRequestId: creatorRequestId }),
  };
}

export const namespaceOperations = {
  CreateHttpNamespace: {
    resource: () => '*',
    entries: entriesOfTags,
    async run(place, members) {
      const name = text(members, 'Name', 'NamespaceName');
      const description = optionalText(members, 'Description', 'Text');
      const creatorRequestId = optionalText(members, 'CreatorRequestId', 'Identifier');
      const id = namespaceIdOf(place.account, name);
      const operation = done(place, 'CREATE_NAMESPACE', { NAMESPACE: id });
      const there = await place.registry.namespace(place.account, id);
      if (there !== undefined && (creatorRequestId === undefined || there.creatorRequestId !== creatorRequestId)) {
        throw cloudMapError('NamespaceAlreadyExists', `There is a namespace ${name} already: ${id}`);
      }
      const namespace = there ?? {
        id,
        name,
        createdAt: place.now(),
        ...(description !== undefined && { description }),
        ...(creatorRequestId !== undefined && { creatorRequestId }),
        ...tagged([], tagsIn(members)),
      };
      await place.registry.change(place.account, { namespace, operation });
      return { OperationId: operation.id };
    },
  },
  GetNamespace: {
    resource: byId,
    run: async (place, members) => ({
      Namespace: await shape(place, await namespaceAt(place, text(members, 'Id', 'Identifier'))),
    }),
  },
  ListNamespaces: {
    resource: () => '*',
    async run(place, members) {
      const wanted = filters(members, ['TYPE', 'NAME', 'HTTP_NAME']);
      const is = (filter: string, value: string) => wanted.get(filter)?.includes(value) ?? true;
      const all = await place.registry.namespaces(place.account);
      const fitting = all.filter(({ name }) => is('TYPE', 'HTTP') && is('NAME', name) && is('HTTP_NAME', name));
      const token = optionalText(members, 'NextToken', 'Text');
      const { items, ...more } = pageOf(fitting, count(members, 'MaxResults', 100), token);
      return { Namespaces: await Promise.all(items.map((one) => shape(place, one))), ...more };
    },
  },
  UpdateHttpNamespace: {
    resource: byId,
    async run(place, members) {
      const namespace = await namespaceAt(place, text(members, 'Id', 'Identifier'));
      const description = text(structure(members, 'Namespace') ?? {}, 'Description', 'Text');
      const operation = done(place, 'UPDATE_NAMESPACE', { NAMESPACE: namespace.id });
      await place.registry.change(place.account, { namespace: { ...namespace, description }, operation });
      return { OperationId: operation.id };
    },
  },
  DeleteNamespace: {
    resource: byId,
    async run(place, members) {
      const { id, name } = await namespaceAt(place, text(members, 'Id', 'Identifier'));
      const services = await place.registry.services(place.account);
      if (services.some(({ namespaceId }) => namespaceId === id)) {
        throw cloudMapError('ResourceInUse', `The namespace ${name} has services`);
      }
      const operation = done(place, 'DELETE_NAMESPACE', { NAMESPACE: id });
      await place.registry.change(place.account, { gone: { namespace: id }, operation });
      return { OperationId: operation.id };
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
