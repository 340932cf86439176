// What a chain does with plain connections, as Envoy's TcpProxy.

import type { DeepPartial } from '../gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.ts';
import { TcpProxy } from '../gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.ts';
import type { Any } from '../gen/google/protobuf/any.ts';
import type { TcpService } from '../graph/graph.ts';
import { accessLogs } from './accesslog.ts';
import { packed } from './any.ts';
import { duration } from './duration.ts';
import { clusterName } from './names.ts';
import type { Form } from './source.ts';

export function tcpProxy({ statPrefix, targets, idleTimeout, accessLog }: TcpService, form: Form): Any {
  const [only, ...others] = targets;
  const clusterSpecifier: DeepPartial<TcpProxy>['clusterSpecifier'] =
    only !== undefined && others.length === 0
      ? { $case: 'cluster', value: clusterName(only.cluster) }
      : {
          $case: 'weightedClusters',
          value: { clusters: targets.map(({ cluster, weight }) => ({ name: clusterName(cluster), weight })) },
        };
  return packed(TcpProxy, {
    statPrefix,
    clusterSpecifier,
    idleTimeout: idleTimeout === undefined ? undefined : duration(idleTimeout),
    accessLog: accessLogs(accessLog, form),
  });
}
