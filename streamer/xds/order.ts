// The names of the types on the wire and the order in which they are pushed.
// Make before break: what is named comes before what names it, and is taken away after it
// (Envoy, xDS protocol, "Eventual consistency considerations").
import type { EncodedResource, ResourceType } from './snapshot.ts';

/** The order of additions and changes; what goes away does so after all of them. */
export const pushOrder: readonly ResourceType[] = ['cluster', 'endpoint', 'secret', 'listener', 'route'];

/** The types that listeners and routes name: taken away late, so that nothing still in use points at a hole. */
export const lingeringTypes: readonly ResourceType[] = ['cluster', 'endpoint', 'secret'];

export const typeUrls: Readonly<Record<ResourceType, string>> = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};

const byUrl: ReadonlyMap<string, ResourceType> = new Map(pushOrder.map((type) => [typeUrls[type], type]));

/** undefined for the types that Heddle does not serve (runtime, extension configuration and so on). */
export function typeOfUrl(url: string): ResourceType | undefined {
  return byUrl.get(url);
}

/** The types that name clusters: told once the clusters are ready. */
const namingTypes: readonly ResourceType[] = ['listener', 'route'];

/**
 * Whether a resource may name another: a name stands in the bytes as it is. The bytes begin with the address of the type,
 * which names nothing.
 */
export function mayName(type: ResourceType, { any }: EncodedResource, name: string): boolean {
  return namingTypes.includes(type) && any.includes(name, typeUrls[type].length);
}

/** Whether an empty list of names asks for all, and a state-of-the-world response must hold all (xDS: LDS and CDS alone). */
export function isWildcardType(type: ResourceType): boolean {
  return type === 'cluster' || type === 'listener';
}

/** One value for each type. */
export function forEachType<T>(make: (type: ResourceType) => T): Readonly<Record<ResourceType, T>> {
  return {
    cluster: make('cluster'),
    endpoint: make('endpoint'),
    secret: make('secret'),
    listener: make('listener'),
    route: make('route'),
  };
}
