// The registry of instances as the command line uses it: Cloud Map's own API, with names in place of ids.
import type { Client } from './client.ts';
import { embeddedCall } from './embedded-call.ts';
import { Failure } from './failure.ts';

/** A service by its names. */
export interface ServiceName {
  readonly namespace: string;
  readonly service: string;
}

export interface ListedInstance {
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
  readonly health: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Named {
  readonly Id: string;
  readonly Name: string;
}

type Call = <Answer>(operation: string, members: Readonly<Record<string, unknown>>) => Promise<Answer>;

const callOf =
  (client: Client): Call =>
  async <Answer>(operation: string, members: Readonly<Record<string, unknown>>) => {
    const target = `Route53AutoNaming_v20170314.${operation}`;
    return (await embeddedCall(client, { target, members, variable: 'HEDDLE_CLOUD_MAP' })) as Answer;
  };

/** All pages of a list, which is the answer's member `member`. */
async function everything<Item>(
  call: Call,
  operation: string,
  member: string,
  members: Readonly<Record<string, unknown>> = {},
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let token: unknown;
  do {
    const page = await call<Readonly<Record<string, unknown>>>(operation, {
      ...members,
      ...(token !== undefined && { NextToken: token }),
    });
    items.push(...((page[member] as readonly Item[] | undefined) ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return items;
}

const namespaces = (call: Call) => everything<Named>(call, 'ListNamespaces', 'Namespaces');
const servicesOf = (call: Call, namespaceId: string) =>
  everything<Named>(call, 'ListServices', 'Services', {
    Filters: [{ Name: 'NAMESPACE_ID', Values: [namespaceId], Condition: 'EQ' }],
  });

async function find(call: Call, { namespace, service }: ServiceName) {
  const space = (await namespaces(call)).find(({ Name }) => Name === namespace);
  const found = space && (await servicesOf(call, space.Id)).find(({ Name }) => Name === service);
  return { space, found };
}

/** Registers an instance; the namespace and the service are made if they are not there. */
export async function registerInstance(
  client: Client,
  name: ServiceName,
  id: string,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  const call = callOf(client);
  const { space, found } = await find(call, name);
  if (space === undefined) await call('CreateHttpNamespace', { Name: name.namespace });
  const namespaceId = space?.Id ?? (await namespaces(call)).find(({ Name }) => Name === name.namespace)?.Id;
  const made = { Name: name.service, NamespaceId: namespaceId };
  const ServiceId = found?.Id ?? (await call<{ readonly Service: Named }>('CreateService', made)).Service.Id;
  await call('RegisterInstance', { ServiceId, InstanceId: id, Attributes: attributes });
}

export async function deregisterInstance(client: Client, name: ServiceName, id: string): Promise<void> {
  const call = callOf(client);
  const { found } = await find(call, name);
  if (found === undefined) throw new Failure(`there is no service ${name.namespace}/${name.service}`);
  await call('DeregisterInstance', { ServiceId: found.Id, InstanceId: id });
}

/** The instances of all services that fit; each service's in the order of their ids. */
export async function listInstances(client: Client, only: Partial<ServiceName>): Promise<readonly ListedInstance[]> {
  const call = callOf(client);
  const listed: ListedInstance[] = [];
  for (const { Id, Name: namespace } of await namespaces(call)) {
    if (only.namespace !== undefined && only.namespace !== namespace) continue;
    for (const { Id: ServiceId, Name: service } of await servicesOf(call, Id)) {
      if (only.service !== undefined && only.service !== service) continue;
      type Registered = { readonly Id: string; readonly Attributes?: Readonly<Record<string, string>> };
      const instances = await everything<Registered>(call, 'ListInstances', 'Instances', { ServiceId });
      const health = await healthOf(call, ServiceId);
      for (const { Id: id, Attributes = {} } of instances) {
        listed.push({ namespace, service, id, health: health.get(id) ?? 'UNKNOWN', attributes: Attributes });
      }
    }
  }
  return listed;
}

async function healthOf(call: Call, ServiceId: string): Promise<ReadonlyMap<string, string>> {
  const health = new Map<string, string>();
  let token: string | undefined;
  do {
    type Page = { readonly Status?: Readonly<Record<string, string>>; readonly NextToken?: string };
    const page: Page = await call('GetInstancesHealthStatus', { ServiceId, ...(token && { NextToken: token }) });
    for (const [id, status] of Object.entries(page.Status ?? {})) health.set(id, status);
    token = page.NextToken;
  } while (token !== undefined);
  return health;
}
