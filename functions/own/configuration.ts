// What the proxies of a resource get, as people read it: worked out from the mesh's state, connected or not.
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { bootstrapAsJson, resourcesAsJson } from '#streamer/envoy/json.ts';
import { print } from '#streamer/envoy/print.ts';
import { nameOfSecret } from '#streamer/envoy/secret.ts';
import { staticBootstrap } from '#streamer/envoy/static.ts';
import { proxyGraph, type Translation } from '#streamer/graph/proxy.ts';
import { type Outside, surrounded } from './surrounded.ts';

/** `{resource, sequence, listeners, clusters, routes, endpoints, secrets, report}`: proto3 JSON, sorted by name. */
export async function configurationOf(mesh: MeshState, proxy: Key, arn: string, outside: Outside): Promise<unknown> {
  const { graph, report } = await translated(mesh, proxy, outside);
  const resources = resourcesAsJson(print(graph));
  const pairs = new Map(
    graph.secrets.flatMap((one) => (one.kind === 'pair' ? [[nameOfSecret(one), one.pair] as const] : [])),
  );
  // Of a certificate that is sent no more is looked up here than its fingerprint.
  const secrets = resources.secrets.map((secret) => {
    const { name } = secret as { readonly name: string };
    const chain = pairs.get(name)?.chain;
    return chain === undefined ? secret : { name, tlsCertificate: { certificateChain: { inlineString: chain } } };
  });
  return { resource: arn, sequence: mesh.sequence, ...resources, secrets, report };
}

/** The same as one bootstrap that `envoy --mode validate` accepts anywhere. */
export async function staticConfigurationOf(mesh: MeshState, proxy: Key, outside: Outside): Promise<unknown> {
  return bootstrapAsJson(staticBootstrap((await translated(mesh, proxy, outside)).graph));
}

async function translated(mesh: MeshState, proxy: Key, outside: Outside): Promise<Translation> {
  const certificates = await outside.certificates?.(mesh, proxy);
  return surrounded(outside, new Map(), (surroundings) =>
    proxyGraph(mesh, proxy, {}, { ...surroundings, ...(certificates && { certificates }) }),
  );
}
