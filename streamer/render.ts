// One proxy's configuration from a mesh's state: the graph, printed and encoded. Pure; the streamer serves it and
// `heddle config` shows it.
import type { Key } from '#events/names.ts';
import type { MeshState } from '#events/state.ts';
import { encode, encodeEndpoints } from './envoy/encode.ts';
import { print, printEndpoints } from './envoy/print.ts';
import type { Placement } from './graph/placement.ts';
import { proxyGraph, type Translation } from './graph/proxy.ts';
import type { ReportLine } from './graph/report.ts';
import type { Surroundings } from './graph/surroundings.ts';
import type { ResourceMap, Snapshot } from './xds/snapshot.ts';

export interface Rendered {
  readonly snapshot: Snapshot;
  readonly report: readonly ReportLine[];
  /** The same with the instances that there are now, for the price of those; absent where more depends on them. */
  readonly withInstances?: (surroundings: Surroundings) => Rendered;
}

/** What a proxy is to be told at the state's version, undefined when it is not there; parts equal to `before`'s are shared. */
export function render(
  state: MeshState,
  proxy: Key,
  placement: Placement,
  surroundings: Surroundings,
  before?: Snapshot,
): Rendered | undefined {
  if (!state.resources.has(proxy)) return undefined;
  const { graph, report, withInstances } = proxyGraph(state, proxy, placement, surroundings);
  const printed = encode(print(graph));
  const share = (type: keyof Snapshot['resources']): ResourceMap => shared(before?.resources[type], printed[type]);
  const resources = {
    cluster: share('cluster'),
    endpoint: share('endpoint'),
    secret: share('secret'),
    listener: share('listener'),
    route: share('route'),
  };
  const rendered = { snapshot: { sequence: state.sequence, resources }, report };
  return withInstances === undefined ? rendered : retellable(rendered, withInstances);
}

function retellable(rendered: Rendered, instancesOf: NonNullable<Translation['withInstances']>): Rendered {
  const withInstances = (surroundings: Surroundings): Rendered => {
    const { endpoints, report } = instancesOf(surroundings);
    const { sequence, resources } = rendered.snapshot;
    const endpoint = shared(resources.endpoint, encodeEndpoints(printEndpoints({ endpoints })));
    return retellable({ snapshot: { sequence, resources: { ...resources, endpoint } }, report }, instancesOf);
  };
  return { ...rendered, withInstances };
}

const shared = (old: ResourceMap | undefined, printed: ResourceMap): ResourceMap =>
  old !== undefined && equal(old, printed) ? old : printed;

function equal(a: ResourceMap, b: ResourceMap): boolean {
  if (a.size !== b.size) return false;
  for (const [name, { version }] of b) if (a.get(name)?.version !== version) return false;
  return true;
}
