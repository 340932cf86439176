// All of a proxy's configuration as one bootstrap that `envoy --mode validate` accepts anywhere: routes and endpoints
// inline, nothing to ask for and no file to open.
import { Bootstrap } from '../gen/envoy/config/bootstrap/v3/bootstrap.ts';
import type { ProxyGraph } from '../graph/graph.ts';
import { largestProgram } from '../graph/regex.ts';
import { cluster } from './cluster.ts';
import { listener } from './listener.ts';
import { clusterName, listenerName } from './names.ts';
import { byName } from './print.ts';

export function staticBootstrap(graph: ProxyGraph): Bootstrap {
  const addressesOf = new Map(
    graph.endpoints.map(({ cluster: of, localities }) => [
      clusterName(of),
      localities.flatMap(({ addresses }) => addresses),
    ]),
  );
  // Of itself Envoy takes expressions of a tenth of the size.
  const staticLayer = { 're2.max_program_size.error_level': largestProgram };
  return Bootstrap.fromPartial({
    layeredRuntime: {
      layers: [{ name: 'static_layer_0', layerSpecifier: { $case: 'staticLayer', value: staticLayer } }],
    },
    staticResources: {
      listeners: byName(graph.listeners, listenerName).map((node) => listener(node, 'static')),
      clusters: byName(graph.clusters, clusterName).map((node) =>
        cluster(node, 'static', addressesOf.get(clusterName(node))),
      ),
    },
  });
}
