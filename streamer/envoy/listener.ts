// Where a proxy accepts connections and which chain serves which of them, as Envoy's Listener.
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
import { httpConnectionManager } from './http.ts';
import { listenerName } from './names.ts';
import type { Form } from './source.ts';
import { tcpProxy } from './tcp.ts';

export function listener(node: ListenerNode, form: Form): Listener {
  return Listener.fromPartial({
    name: listenerName(node),
    address: socketAddress(node.address, node.port),
    trafficDirection: node.direction === 'ingress' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    enableReusePort: node.exclusive ? false : undefined,
    listenerFilters: [...(node.redirected ? [originalDst] : []), ...tlsInspector(node.inspectsTls)],
    // A server that speaks first on the inspected port is late, but not refused.
    continueOnListenerFiltersTimeout: typeof node.inspectsTls === 'object',
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
  const port = { $case: 'destinationPortRange', value: { start: inspects.onPort, end: inspects.onPort + 1 } } as const;
  return [{ ...filter, filterDisabled: { rule: { $case: 'notMatch', value: { rule: port } } } }];
}

function filterChain({ match, serves }: Chain, form: Form): FilterChain {
  return FilterChain.fromPartial({ filterChainMatch: chainMatch(match), filters: [networkFilter(serves, form)] });
}

function chainMatch(match: ChainMatch): DeepPartial<FilterChain>['filterChainMatch'] {
  if (Object.keys(match).length === 0) return undefined;
  return {
    destinationPort: match.destinationPort,
    prefixRanges: match.anyIpv4 ? [{ addressPrefix: '0.0.0.0', prefixLen: 0 }] : [],
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
        configType: { $case: 'typedConfig', value: tcpProxy(serves) },
      };
    default:
      return unreachable(serves);
  }
}
