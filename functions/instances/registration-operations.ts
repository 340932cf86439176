// Instances of the embedded registry: how they come and go, who they are, how they are.
import { cloudMapError } from './cloud-map-error.ts';
import { attributes, count, oneOf, optionalText, text, texts } from './members.ts';
import { arnOfService, done, idIn, type Operation, type Place, pageOf, serviceAt } from './place.ts';
import { healthText, type InstanceRecord, type ServiceRecord } from './records.ts';

/** What is about a service names it by `ServiceId`. */
const byServiceId: Pick<Operation, 'resource'> = {
  resource: (place, members) => arnOfService(place, idIn(place, text(members, 'ServiceId', 'Identifier'))),
};

async function instanceAt(place: Place, service: ServiceRecord, id: string): Promise<InstanceRecord> {
  const found = await place.registry.instance(place.account, service.id, id);
  if (found === undefined) throw cloudMapError('InstanceNotFound', `The service ${service.name} has no instance ${id}`);
  return found;
}

/** API reference, RegisterInstance: the health of an instance before any was told. */
function initialHealth({ AWS_INIT_HEALTH_STATUS: said = 'HEALTHY' }: InstanceRecord['attributes']): boolean {
  if (said === 'HEALTHY' || said === 'UNHEALTHY') return said === 'HEALTHY';
  throw cloudMapError('InvalidInput', 'Attributes.AWS_INIT_HEALTH_STATUS is none of HEALTHY, UNHEALTHY');
}

export const registrationOperations = {
  RegisterInstance: {
    ...byServiceId,
    async run(place, members) {
      const id = text(members, 'InstanceId', 'InstanceId');
      const written = attributes(members, 'Attributes');
      const service = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6, AWS_INSTANCE_PORT: port = '1' } = written;
      if (ipv4 === undefined && ipv6 === undefined && Object.keys(written).length === 0) {
        throw cloudMapError('InvalidInput', 'Attributes is empty: an instance has an address, AWS_INSTANCE_IPV4 say');
      }
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
        throw cloudMapError('InvalidInput', 'Attributes.AWS_INSTANCE_PORT is no port');
      }
      const creatorRequestId = optionalText(members, 'CreatorRequestId', 'Identifier');
      // Cloud Map: a registration under an id that is taken replaces the one before.
      const put: InstanceRecord = {
        id,
        attributes: written,
        ...(service.checksHealth && { healthy: initialHealth(written) }),
        ...(creatorRequestId !== undefined && { creatorRequestId }),
      };
      const operation = done(place, 'REGISTER_INSTANCE', { INSTANCE: id, SERVICE: service.id });
      await place.registry.change(place.account, { instance: { of: service, put }, operation });
      return { OperationId: operation.id };
    },
  },
  DeregisterInstance: {
    ...byServiceId,
    async run(place, members) {
      const id = text(members, 'InstanceId', 'InstanceId');
      const of = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      await instanceAt(place, of, id);
      const operation = done(place, 'DEREGISTER_INSTANCE', { INSTANCE: id, SERVICE: of.id });
      await place.registry.change(place.account, { gone: { instance: id, of }, operation });
      return { OperationId: operation.id };
    },
  },
  GetInstance: {
    ...byServiceId,
    async run(place, members) {
      const service = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      const found = await instanceAt(place, service, text(members, 'InstanceId', 'InstanceId'));
      const { id: Id, attributes: Attributes, creatorRequestId } = found;
      return {
        ResourceOwner: place.account,
        Instance: { Id, Attributes, ...(creatorRequestId !== undefined && { CreatorRequestId: creatorRequestId }) },
      };
    },
  },
  ListInstances: {
    ...byServiceId,
    async run(place, members) {
      const { id } = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      const all = await place.registry.instances(place.account, id);
      const token = optionalText(members, 'NextToken', 'Text');
      const { items, ...more } = pageOf(all, count(members, 'MaxResults', 100), token);
      const Instances = items.map(({ id: Id, attributes: Attributes }) => ({ Id, Attributes }));
      return { ResourceOwner: place.account, Instances, ...more };
    },
  },
  GetInstancesHealthStatus: {
    ...byServiceId,
    async run(place, members) {
      const service = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      const wanted = texts(members, 'Instances');
      const all =
        wanted === undefined
          ? await place.registry.instances(place.account, service.id)
          : await Promise.all(wanted.map((id) => instanceAt(place, service, id)));
      const token = optionalText(members, 'NextToken', 'Text');
      const { items, ...more } = pageOf(all, count(members, 'MaxResults', 100), token);
      return { Status: Object.fromEntries(items.map((one) => [one.id, healthText(one)])), ...more };
    },
  },
  UpdateInstanceCustomHealthStatus: {
    ...byServiceId,
    async run(place, members) {
      const of = await serviceAt(place, text(members, 'ServiceId', 'Identifier'));
      const status = oneOf(members, 'Status', ['HEALTHY', 'UNHEALTHY']);
      if (status === undefined) throw cloudMapError('InvalidInput', 'Status is missing');
      const instance = await instanceAt(place, of, text(members, 'InstanceId', 'InstanceId'));
      if (!of.checksHealth)
        throw cloudMapError('CustomHealthNotFound', `The service ${of.name} has no HealthCheckCustomConfig`);
      const put = { ...instance, healthy: status === 'HEALTHY' };
      await place.registry.change(place.account, { instance: { of, put, healthOnly: true } });
      return {};
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
