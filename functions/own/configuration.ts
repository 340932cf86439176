// What the proxies of a resource get, as people read it: worked out from the mesh's state, connected or not.
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { bootstrapAsJson, resourcesAsJson } from '#streamer/envoy/json.ts';
import { print } from '#streamer/envoy/print.ts';
import { staticBootstrap } from '#streamer/envoy/static.ts';
import { proxyGraph, type Translation } from '#streamer/graph/proxy.ts';
import type { Surroundings } from '#streamer/graph/surroundings.ts';

/** What is known from outside the mesh here (looked-up addresses); without, a proxy's own streamer may know more. */
export interface Outside {
  readonly surroundings?: Surroundings;
}

/** `{resource, sequence, listeners, clusters, routes, endpoints, secrets, report}`: proto3 JSON, sorted by name. */
export function configurationOf(mesh: MeshState, proxy: Key, arn: string, outside: Outside): unknown {
  const { graph, report } = translated(mesh, proxy, outside);
  return { resource: arn, sequence: mesh.sequence, ...resourcesAsJson(print(graph)), report };
}

/** The same as one bootstrap that `envoy --mode validate` accepts anywhere. */
export function staticConfigurationOf(mesh: MeshState, proxy: Key, outside: Outside): unknown {
  return bootstrapAsJson(staticBootstrap(translated(mesh, proxy, outside).graph));
}

function translated(mesh: MeshState, proxy: Key, { surroundings }: Outside): Translation {
  const translation = proxyGraph(mesh, proxy, {}, surroundings);
  if (translation === undefined) throw new Error(`${proxy} of ${mesh.stream} was found and has no graph`);
  return translation;
}
