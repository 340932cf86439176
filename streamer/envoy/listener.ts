// Where a proxy accepts connections and which chain serves which of them, as Envoy's Listener.
import { isIP } from 'node:net';
import { TrafficDirection } from '../gen/envoy/config/core/v3/base.ts';
import { type DeepPartial, Listener } from '../gen/envoy/config/listener/v3/listener.ts';
import {
  FilterChain,
  FilterChainMatch_ConnectionSourceType,
  type ListenerFilter,
} from '../gen/envoy/config/listener/v3/listener_components.ts';
import { OriginalDst } from '../gen/envoy/extensions/filters/listener/original_dst/v3/original_dst.ts';
import { TlsInspector } from '../gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.ts';
import type { Chain, ChainMatch, Listener as ListenerNode } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';
import { socketAddress } from './address.ts';
import { packed } from './any.ts';
import { duration } from './duration.ts';
import { httpConnectionManager } from './http.ts';
import { aggregateStats } from './metadata.ts';
import { listenerName } from './names.ts';
import type { Form } from './source.ts';
import { tcpProxy } from './tcp.ts';
import { serverTransport } from './tls.ts';

export function listener(node: ListenerNode, form: Form): Listener {
  return Listener.fromPartial({
    name: listenerName(node),
    address: socketAddress(node.address, node.port, node.alsoIpv4),
    metadata: aggregateStats(),
    trafficDirection: node.direction === 'ingress' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    enableReusePort: node.exclusive ? false : undefined,
    listenerFilters: [...(node.redirected ? [originalDst] : []), ...tlsInspector(node.inspectsTls)],
    // A server that speaks first on the inspected port is late, but not refused.
    continueOnListenerFiltersTimeout: typeof node.inspectsTls === 'object',
    listenerFiltersTimeout: node.inspectionTimeout === undefined ? undefined : duration(node.inspectionTimeout),
    filterChains: node.chains.map((chain) => filterChain(chain, form)),
  });
}

const originalDst: DeepPartial<ListenerFilter> = {
  name: 'envoy.filters.listener.original_dst',
  configType: { $case: 'typedConfig', value: packed(OriginalDst, {}) },
};

function tlsInspector(inspects: ListenerNode['inspectsTls']): readonly DeepPartial<ListenerFilter>[] {
  if (inspects === 'never') return [];
  const filter = {
    name: 'envoy.filters.listener.tls_inspector',
    configType: { $case: 'typedConfig', value: packed(TlsInspector, {}) },
  } as const;
  if (inspects === 'always') return [filter];
  // A filter that is disabled awaits no bytes of the client, so that a server can speak first on all other ports.
  const ports = inspects.onPorts.map((port) => {
    return { rule: { $case: 'destinationPortRange', value: { start: port, end: port + 1 } } } as const;
  });
  const [only, ...others] = ports;
  const any =
    only !== undefined && others.length === 0
      ? only
      : ({ rule: { $case: 'orMatch', value: { rules: ports } } } as const);
  return [{ ...filter, filterDisabled: { rule: { $case: 'notMatch', value: any } } }];
}

function filterChain({ match, serves, tls }: Chain, form: Form): FilterChain {
  return FilterChain.fromPartial({
    filterChainMatch: chainMatch(match),
    filters: [networkFilter(serves, form)],
    transportSocket: tls && serverTransport(tls, form),
  });
}

function chainMatch(match: ChainMatch): DeepPartial<FilterChain>['filterChainMatch'] {
  if (Object.keys(match).length === 0) return undefined;
  return {
    destinationPort: match.destinationPort,
    prefixRanges: match.anyIpv4
      ? [{ addressPrefix: '0.0.0.0', prefixLen: 0 }]
      : (match.destinations ?? []).map((address) => ({
          addressPrefix: address,
          prefixLen: isIP(address) === 6 ? 128 : 32,
        })),
    transportProtocol: match.tls ? 'tls' : '',
    serverNames: [...(match.serverNames ?? [])],
    sourceType: match.fromSameHost
      ? FilterChainMatch_ConnectionSourceType.SAME_IP_OR_LOOPBACK
      : FilterChainMatch_ConnectionSourceType.ANY,
  };
}

function networkFilter(serves: Chain['serves'], form: Form): FilterChain['filters'][number] {
  switch (serves.kind) {
    case 'http': {
      const value = httpConnectionManager(serves, form);
      return { name: 'envoy.filters.network.http_connection_manager', configType: { $case: 'typedConfig', value } };
    }
    case 'tcp':
      return {
        name: 'envoy.filters.network.tcp_proxy',
        configType: { $case: 'typedConfig', value: tcpProxy(serves, form) },
      };
    default:
      return unreachable(serves);
  }
}
