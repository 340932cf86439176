// Resources as the bytes that go over the wire, each with the version that its bytes give it. What is equal for
// several proxies is encoded once, and held once.
import { createHash } from 'node:crypto';
import { Cluster } from '../gen/envoy/config/cluster/v3/cluster.ts';
import { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import { Listener } from '../gen/envoy/config/listener/v3/listener.ts';
import { RouteConfiguration } from '../gen/envoy/config/route/v3/route.ts';
import { Secret } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import { Any } from '../gen/google/protobuf/any.ts';
import type { EnvoyResources } from './print.ts';

/** `version`: 16 hex digits of the SHA-256 of the resource's bytes. `any`: a serialized google.protobuf.Any. */
export interface EncodedResource {
  readonly name: string;
  readonly version: string;
  readonly any: Buffer;
}

type Encoded = ReadonlyMap<string, EncodedResource>;

export interface EncodedResources {
  readonly cluster: Encoded;
  readonly endpoint: Encoded;
  readonly secret: Encoded;
  readonly listener: Encoded;
  readonly route: Encoded;
}

export function encode(resources: EnvoyResources): EncodedResources {
  return {
    cluster: all(Cluster, resources.clusters, (message) => message.name),
    endpoint: encodeEndpoints(resources.endpoints),
    secret: all(Secret, resources.secrets, (message) => message.name),
    listener: all(Listener, resources.listeners, (message) => message.name),
    route: all(RouteConfiguration, resources.routes, (message) => message.name),
  };
}

export const encodeEndpoints = (assignments: readonly ClusterLoadAssignment[]): Encoded =>
  all(ClusterLoadAssignment, assignments, (message) => message.clusterName);

interface Type<M> {
  readonly $type: string;
  encode(message: M): { finish(): Uint8Array };
}

function all<M extends object>(type: Type<M>, messages: readonly M[], nameOf: (message: M) => string): Encoded {
  return new Map(messages.map((message) => [nameOf(message), encoded(type, message, nameOf(message))]));
}

// A message that several proxies share (the cluster to a node) is encoded once …
const byMessage = new WeakMap<object, EncodedResource>();

function encoded<M extends object>(type: Type<M>, message: M, name: string): EncodedResource {
  const before = byMessage.get(message);
  if (before !== undefined) return before;
  const value = Buffer.from(type.encode(message).finish());
  const digest = createHash('sha256').update(value).digest('hex');
  const resource = held(`${type.$type}\0${digest}`, () => ({
    name,
    version: digest.slice(0, 16),
    any: Buffer.from(Any.encode({ typeUrl: `type.googleapis.com/${type.$type}`, value }).finish()),
  }));
  byMessage.set(message, resource);
  return resource;
}

// … and what turns out equal in bytes (the route tables and listeners of like nodes) is held once, while anyone has it.
const byContent = new Map<string, WeakRef<EncodedResource>>();
const forgotten = new FinalizationRegistry<string>((content) => {
  if (byContent.get(content)?.deref() === undefined) byContent.delete(content);
});

function held(content: string, make: () => EncodedResource): EncodedResource {
  const before = byContent.get(content)?.deref();
  if (before !== undefined) return before;
  const resource = make();
  byContent.set(content, new WeakRef(resource));
  forgotten.register(resource, content);
  return resource;
}
