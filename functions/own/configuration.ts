// What the proxies of a resource get, as people read it: worked out from the mesh's state, connected or not.
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { bootstrapAsJson, resourcesAsJson } from '#streamer/envoy/json.ts';
import { print } from '#streamer/envoy/print.ts';
import { staticBootstrap } from '#streamer/envoy/static.ts';
import { proxyGraph, type Translation } from '#streamer/graph/proxy.ts';

/** `{resource, sequence, listeners, clusters, routes, endpoints, secrets, report}`: proto3 JSON, sorted by name. */
export function configurationOf(mesh: MeshState, proxy: Key, arn: string): unknown {
  const { graph, report } = translated(mesh, proxy);
  return { resource: arn, sequence: mesh.sequence, ...resourcesAsJson(print(graph)), report };
}

/** The same as one bootstrap that `envoy --mode validate` accepts anywhere. */
export function staticConfigurationOf(mesh: MeshState, proxy: Key): unknown {
  return bootstrapAsJson(staticBootstrap(translated(mesh, proxy).graph));
}

function translated(mesh: MeshState, proxy: Key): Translation {
  const translation = proxyGraph(mesh, proxy, {});
  if (translation === undefined) throw new Error(`${proxy} of ${mesh.stream} was found and has no graph`);
  return translation;
}
