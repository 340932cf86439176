// Resources as canonical proto3 JSON, messages inside messages with their "@type": what people read, and what
// `envoy --mode validate` takes.
import { existsSync, readFileSync } from 'node:fs';
import { createFileRegistry, type FileRegistry, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Bootstrap } from '../gen/envoy/config/bootstrap/v3/bootstrap.ts';
import { Cluster } from '../gen/envoy/config/cluster/v3/cluster.ts';
import { ClusterLoadAssignment } from '../gen/envoy/config/endpoint/v3/endpoint.ts';
import { Listener } from '../gen/envoy/config/listener/v3/listener.ts';
import { RouteConfiguration } from '../gen/envoy/config/route/v3/route.ts';
import { Secret } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret.ts';
import type { EnvoyResources } from './print.ts';

export interface ResourcesAsJson {
  readonly listeners: readonly JsonValue[];
  readonly clusters: readonly JsonValue[];
  readonly routes: readonly JsonValue[];
  readonly endpoints: readonly JsonValue[];
  readonly secrets: readonly JsonValue[];
}

/** All resources of a proxy but its secrets, which never leave it readable: of those only the names are given. */
export function resourcesAsJson(resources: EnvoyResources): ResourcesAsJson {
  return {
    listeners: resources.listeners.map((message) => asJson(Listener, message)),
    clusters: resources.clusters.map((message) => asJson(Cluster, message)),
    routes: resources.routes.map((message) => asJson(RouteConfiguration, message)),
    endpoints: resources.endpoints.map((message) => asJson(ClusterLoadAssignment, message)),
    secrets: resources.secrets.map(({ name }) => asJson(Secret, Secret.fromPartial({ name }))),
  };
}

export const bootstrapAsJson = (message: Bootstrap): JsonValue => asJson(Bootstrap, message);

interface Type<M> {
  readonly $type: string;
  encode(message: M): { finish(): Uint8Array };
}

function asJson<M>(type: Type<M>, message: M): JsonValue {
  const schema = registry().getMessage(type.$type);
  if (schema === undefined) throw new Error(`the descriptor set lacks ${type.$type}`);
  return toJson(schema, fromBinary(schema, type.encode(message).finish()), { registry: registry() });
}

let loaded: FileRegistry | undefined;

// Read when first asked for: the streamer itself needs no JSON, and reading takes nearly a tenth of a second.
function registry(): FileRegistry {
  loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSet())));
  return loaded;
}

/** The descriptor set beside the generated types, or beside or above the bundle that this code was built into. */
function descriptorSet(): URL {
  const places = ['../gen/envoy.binpb', './envoy.binpb', '../streamer/gen/envoy.binpb'];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (found === undefined) throw new Error(`envoy.binpb is at none of ${places.join(', ')} from ${import.meta.url}`);
  return found;
}
