// Where the instances come from that `awsCloudMap` discovery names: the port to a registry, and what it says of one, in
// Cloud Map's own words. Cloud Map itself and the embedded registry are its adapters.

/** A service of a namespace in an account's registry: always the account that owns the virtual node. */
export interface RegistryService {
  readonly account: string;
  readonly namespaceName: string;
  readonly serviceName: string;
}

/** The instances of a service that have all of these attributes. */
export interface InstanceQuery extends RegistryService {
  readonly attributes: Readonly<Record<string, string>>;
}

/** An instance as it was registered; `healthy` is absent where the service checks no health. */
export interface RegisteredInstance {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly healthy?: boolean;
}

/** `revision`: that of this very answer, where the registry tells it. */
export interface FoundInstances {
  readonly instances: readonly RegisteredInstance[];
  readonly revision?: number;
  /** As many is the most that the registry tells of, and so many there were: there may be more. */
  readonly cut?: number;
}

/** There is no such service, in words. */
export interface NoService {
  readonly none: string;
}

/** Nobody may look there (any more): why, in words. What was known stays. Another failure rejects. */
export interface NotAllowed {
  readonly refused: string;
}

/** What an account's registry may be asked a second, by all who ask it. */
export interface RegistryQuotas {
  readonly revisions: number;
  readonly discoveries: number;
}

export interface InstanceRegistry {
  /** Absent: it may be asked as often as one likes. */
  readonly quotas?: RegistryQuotas;
  /** A number that is another one after an instance came or went. It need not grow, and does not move with health. */
  revision(service: RegistryService): Promise<number | NoService | NotAllowed>;
  /** The `fitting` instances. */
  discover(query: InstanceQuery): Promise<FoundInstances | NoService | NotAllowed>;
  /** Calls `changed` soon after each change that is made here, of health too; the answer ends that. */
  watch?(changed: (service: RegistryService) => void): () => void;
}

/** What an instance's attributes mean to a proxy. */
export interface Instance {
  readonly id: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
  readonly zone?: string;
}

/** What is known of a query: the newest good answer, ordered by id, and what is wrong with it. */
export interface KnownInstances {
  /** Absent before any good answer. */
  readonly instances?: readonly Instance[];
  readonly trouble?: string;
}

export const serviceKey = ({ account, namespaceName, serviceName }: RegistryService): string =>
  JSON.stringify([account, namespaceName, serviceName]);

export const queryKey = (query: InstanceQuery): string =>
  JSON.stringify([serviceKey(query), Object.entries(query.attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** `shop/color`, with the attributes that are asked for. */
export function serviceText({ namespaceName, serviceName, attributes }: InstanceQuery): string {
  const asked = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  return `${namespaceName}/${serviceName}${asked.length === 0 ? '' : ` with ${asked.join(', ')}`}`;
}

export const hasAttributes = (
  { attributes }: Pick<RegisteredInstance, 'attributes'>,
  wanted: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(attributes, key) && attributes[key] === value);

/** Those with all of the attributes that are healthy; all of them where none is, or health is not checked. */
export function fitting<I extends RegisteredInstance>(
  registered: readonly I[],
  attributes: InstanceQuery['attributes'],
): readonly I[] {
  const asked = registered.filter((instance) => hasAttributes(instance, attributes));
  const healthy = asked.filter((instance) => instance.healthy !== false);
  return healthy.length > 0 ? healthy : asked;
}

/** What is known after an answer, as a proxy's translation takes it. */
export function knownFrom(answer: FoundInstances | NoService | NotAllowed, before?: KnownInstances): KnownInstances {
  if ('none' in answer) return { instances: [], trouble: answer.none };
  if ('refused' in answer) return { instances: [], ...before, trouble: answer.refused };
  const instances = answer.instances.map(instanceOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (answer.cut === undefined) return { instances };
  return { instances, trouble: `Cloud Map tells of ${answer.cut} instances at most: there may be more` };
}

/**
 * Cloud Map's reserved attributes (API reference, RegisterInstance); the zone is written by ECS into the instances that
 * it registers.
 */
function instanceOf({ id, attributes }: RegisteredInstance): Instance {
  const {
    AWS_INSTANCE_IPV4: ipv4,
    AWS_INSTANCE_IPV6: ipv6,
    AWS_INSTANCE_PORT: port,
    AVAILABILITY_ZONE: zone,
  } = attributes;
  return {
    id,
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    ...(port !== undefined && { port: Number(port) }),
    ...(zone !== undefined && { zone }),
  };
}
