// How the Envoys' configuration differs between two states of a mesh, of which the second may never come to be:
// compared by the versions that go over the wire, and written out where they differ.
import { setImmediate as breathe } from 'node:timers/promises';
import type { JsonValue } from '@bufbuild/protobuf';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Key, refOf } from '#events/names.ts';
import type { PlannedMesh } from '#events/plan.ts';
import { settled } from '#events/sharing.ts';
import { arnIn, list, type MeshState } from '#events/state.ts';
import { encode } from '#streamer/envoy/encode.ts';
import { resourcesAsJson } from '#streamer/envoy/json.ts';
import { type EnvoyResources, print } from '#streamer/envoy/print.ts';
import { affected } from '#streamer/graph/affected.ts';
import { proxyGraph } from '#streamer/graph/proxy.ts';
import type { ReportLine } from '#streamer/graph/report.ts';
import type { Surroundings } from '#streamer/graph/surroundings.ts';
import { demand } from '../authorize.ts';
import { describing, type FindParts } from '../resource.ts';
import { type LookedUp, type Outside, surrounded } from './surrounded.ts';

export type EnvoyType = 'cluster' | 'endpoint' | 'secret' | 'listener' | 'route';

/** One Envoy resource of one node or gateway (`resource`: its ARN); without `before` it is new, without `after` gone. */
export interface ConfigurationChange {
  readonly resource: string;
  readonly type: EnvoyType;
  readonly name: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

export interface ConfigurationChanges {
  readonly changes: readonly ConfigurationChange[];
  /** How many more changes there are than are written out. */
  readonly more?: number;
  /** The ARNs of the nodes and gateways whose configuration differs, all of them. */
  readonly concerns: readonly string[];
  /** What the configuration would leave out, and does not now; `proxy` is the ARN of whose it is. */
  readonly report: readonly (ReportLine & { readonly proxy: string })[];
}

/** The most changes that are written out, and the most characters that they take: an answer has to fit a Lambda's. */
const limits = { changes: 2_000, characters: 3_000_000 };

/** The changes for every node and gateway that stays or comes to be; the caller must be allowed to describe them. */
export async function configurationChanges(
  parts: FindParts & Outside,
  event: APIGatewayProxyEvent,
  meshes: readonly PlannedMesh[],
): Promise<ConfigurationChanges> {
  const changes: ConfigurationChange[] = [];
  const concerns: string[] = [];
  const report: (ReportLine & { readonly proxy: string })[] = [];
  let room = limits.characters;
  let more = 0;
  const lookedUp: LookedUp = new Map();
  const told = (mesh: MeshState, proxy: Key) =>
    surrounded(parts, lookedUp, (surroundings) => toldIn(mesh, proxy, surroundings));
  for (const { organizations, changed, ...planned } of meshes) {
    const [before, after] = [settled(planned.before, organizations), settled(planned.after, organizations)];
    for (const proxy of concerned(before, after, changed)) {
      // Others wait while a large mesh is worked out.
      await breathe();
      const [old, next] = [await told(before, proxy), await told(after, proxy)];
      const resource = after.resources.get(proxy);
      if (next === undefined || resource === undefined) continue;
      const arn = arnIn(after, parts.region, resource);
      const different = differences(old, next);
      const lines = next.report.filter((line) => !old?.report.some((one) => sameLine(one, line)));
      if (different.length + lines.length === 0) continue;
      const asked = { arn, tags: resource.tags };
      await demand(parts, event, [{ action: describing(resource.kind), resources: [asked] }]);
      report.push(...lines.map((line) => ({ proxy: arn, ...line })));
      if (different.length > 0) concerns.push(arn);
      for (const { type, name } of different) {
        const change = {
          resource: arn,
          type,
          name,
          ...shown('before', old, type, name),
          ...shown('after', next, type, name),
        };
        room -= JSON.stringify(change).length;
        if (changes.length < limits.changes && room > 0) changes.push(change);
        else more += 1;
      }
    }
  }
  return { changes, ...(more > 0 && { more }), concerns, report };
}

function concerned(before: MeshState, after: MeshState, changed: ReadonlySet<Key>): readonly Key[] {
  if (changed.size === 0) return [];
  const proxies = affected(before, after, changed);
  if (proxies !== 'all') return [...proxies].sort();
  const nodes = list(after, 'virtualNode').map(({ name }) => `virtualNode/${name}`);
  return [...list(after, 'virtualGateway').map(({ name }) => `virtualGateway/${name}`), ...nodes];
}

interface Told {
  readonly resources: EnvoyResources;
  readonly versions: ReturnType<typeof encode>;
  readonly report: readonly ReportLine[];
}

function toldIn(mesh: MeshState, proxy: Key, surroundings: Surroundings): Told | undefined {
  if (refOf(proxy) === undefined || !mesh.resources.has(proxy)) return undefined;
  const { graph, report } = proxyGraph(mesh, proxy, {}, surroundings);
  const resources = print(graph);
  return { resources, versions: encode(resources), report };
}

const types: readonly EnvoyType[] = ['listener', 'route', 'cluster', 'endpoint', 'secret'];

function differences(
  old: Told | undefined,
  planned: Told,
): readonly { readonly type: EnvoyType; readonly name: string }[] {
  return types.flatMap((type) => {
    const [from, to] = [old?.versions[type], planned.versions[type]];
    const names = new Set([...(from?.keys() ?? []), ...to.keys()]);
    return [...names]
      .filter((name) => from?.get(name)?.version !== to.get(name)?.version)
      .sort()
      .map((name) => ({ type, name }));
  });
}

/** One resource as people read it, under `side`; nothing when it is not there. */
function shown(
  side: 'before' | 'after',
  from: Told | undefined,
  type: EnvoyType,
  name: string,
): Partial<Record<'before' | 'after', JsonValue>> {
  if (from === undefined) return {};
  const { listeners, routes, clusters, endpoints, secrets } = from.resources;
  const json = resourcesAsJson({
    listeners: type === 'listener' ? listeners.filter((one) => one.name === name) : [],
    routes: type === 'route' ? routes.filter((one) => one.name === name) : [],
    clusters: type === 'cluster' ? clusters.filter((one) => one.name === name) : [],
    endpoints: type === 'endpoint' ? endpoints.filter((one) => one.clusterName === name) : [],
    secrets: type === 'secret' ? secrets.filter((one) => one.name === name) : [],
  });
  const [only] = Object.values(json).flat() as readonly JsonValue[];
  return only === undefined ? {} : { [side]: only };
}

const sameLine = (left: ReportLine, right: ReportLine): boolean =>
  left.resource === right.resource && left.member === right.member && left.reason === right.reason;
