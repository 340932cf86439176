// The embedded registry of instances: namespaces, services and their instances by account, over the views.
import type { FoundInstances, InstanceQuery, InstanceRegistry, NoService, RegistryService } from '#events/instances.ts';
import { fitting } from '#events/instances.ts';
import type { ViewStore } from '#events/store.ts';
import {
  type InstanceRecord,
  registryKeys as keys,
  type NamespaceRecord,
  namespaceIdOf,
  type OperationRecord,
  registryView,
  type ServiceRecord,
  serviceIdOf,
} from './records.ts';
import { type Change, registryWrites } from './registry-writes.ts';

export interface EmbeddedRegistry extends InstanceRegistry {
  namespace(account: string, id: string): Promise<NamespaceRecord | undefined>;
  namespaces(account: string): Promise<readonly NamespaceRecord[]>;
  service(account: string, id: string): Promise<ServiceRecord | undefined>;
  services(account: string): Promise<readonly ServiceRecord[]>;
  instance(account: string, serviceId: string, id: string): Promise<InstanceRecord | undefined>;
  instances(account: string, serviceId: string): Promise<readonly InstanceRecord[]>;
  operation(account: string, id: string): Promise<OperationRecord | undefined>;
  /** Keeps what is given and forgets what is to go; `operation` is kept with it for a day. */
  change(account: string, what: RegistryChange): Promise<void>;
}

export interface RegistryChange {
  readonly namespace?: NamespaceRecord;
  readonly service?: ServiceRecord;
  /** Of `of`; a change of its health alone does not move the revision. */
  readonly instance?: { readonly of: ServiceRecord; readonly put: InstanceRecord; readonly healthOnly?: true };
  readonly gone?:
    | { readonly namespace: string }
    | { readonly service: ServiceRecord }
    | { readonly instance: string; readonly of: ServiceRecord };
  readonly operation?: OperationRecord;
}

const day = 24 * 3_600_000;

/** `now` in milliseconds since the epoch. */
export function embeddedRegistry(views: ViewStore, now: () => number): EmbeddedRegistry {
  const write = registryWrites(views, now);
  const watchers = new Set<(service: RegistryService) => void>();

  const get = async <R>(key: string) => (await views.get(registryView, key))?.value as R | undefined;
  const list = async <R>(prefix: string) => (await views.list(registryView, prefix)).map(({ value }) => value as R);

  const service = (account: string, id: string) => get<ServiceRecord>(keys.service(account, id));
  const instances = (account: string, serviceId: string) => list<InstanceRecord>(keys.instances(account, serviceId));

  async function named({ account, namespaceName, serviceName }: RegistryService): Promise<ServiceRecord | NoService> {
    const found = await service(account, serviceIdOf(account, namespaceName, serviceName));
    if (found !== undefined) return found;
    const namespace = await get(keys.namespace(account, namespaceIdOf(account, namespaceName)));
    const none = namespace === undefined ? `namespace ${namespaceName}` : `service ${namespaceName}/${serviceName}`;
    return { none: `account ${account} has no ${none} in the registry` };
  }

  return {
    async revision(wanted) {
      const found = await named(wanted);
      return 'none' in found ? found : found.revision;
    },
    async discover(query: InstanceQuery): Promise<FoundInstances | NoService> {
      // Before the instances: they are at least as new as the revision that is told with them.
      const found = await named(query);
      if ('none' in found) return found;
      const all = await instances(query.account, found.id);
      return { instances: fitting(all, query.attributes), revision: found.revision };
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    namespace: (account, id) => get(keys.namespace(account, id)),
    namespaces: (account) => list(keys.namespace(account)),
    service,
    services: (account) => list(keys.service(account)),
    instance: (account, serviceId, id) => get(keys.instance(account, serviceId, id)),
    instances,
    operation: (account, id) => get(keys.operation(account, id)),
    async change(account, what) {
      await write(changeOf(account, what, now()));
      const touched = what.service ?? what.instance?.of ?? (what.gone && 'of' in what.gone ? what.gone.of : undefined);
      const gone = what.gone && 'service' in what.gone ? what.gone.service : undefined;
      const of = touched ?? gone;
      if (of === undefined) return;
      const { namespaceName, name: serviceName } = of;
      for (const changed of watchers) changed({ account, namespaceName, serviceName });
    },
  };
}

function changeOf(account: string, what: RegistryChange, at: number): Change {
  const { namespace, service, instance, gone, operation } = what;
  const put = [
    ...(namespace ? [{ key: keys.namespace(account, namespace.id), value: namespace }] : []),
    ...(service ? [{ key: keys.service(account, service.id), value: service }] : []),
    ...(instance ? [{ key: keys.instance(account, instance.of.id, instance.put.id), value: instance.put }] : []),
    ...(operation ? [{ key: keys.operation(account, operation.id), value: operation, expiresAt: at + day }] : []),
  ];
  if (gone === undefined) {
    // A service that is written again may have been read before others' instances: its revision must not fall back.
    const changed = service ?? (instance?.healthOnly ? undefined : instance?.of);
    return { put, revised: changed === undefined ? [] : [keys.service(account, changed.id)] };
  }
  if ('namespace' in gone) return { put, drop: [keys.namespace(account, gone.namespace)] };
  if ('service' in gone) return { put, drop: [keys.service(account, gone.service.id)] };
  const drop = [keys.instance(account, gone.of.id, gone.instance)];
  return { put, drop, revised: [keys.service(account, gone.of.id)] };
}
