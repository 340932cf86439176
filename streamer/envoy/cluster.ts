// Where requests go, as Envoy's Cluster.

import type { DeepPartial } from '../gen/envoy/config/cluster/v3/cluster.ts';
import {
  Cluster,
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
} from '../gen/envoy/config/cluster/v3/cluster.ts';
import { HttpProtocolOptions } from '../gen/envoy/extensions/upstreams/http/v3/http_protocol_options.ts';
import type { Any } from '../gen/google/protobuf/any.ts';
import type { AddressFamily, Cluster as ClusterNode, Discovery, Limits, NodeCluster } from '../graph/graph.ts';
import { unreachable } from '../graph/unreachable.ts';
import { packed } from './any.ts';
import { duration } from './duration.ts';
import { loadAssignment } from './endpoint.ts';
import { healthCheck } from './health.ts';
import { aggregateStats } from './metadata.ts';
import { clusterName } from './names.ts';
import { outlierDetection } from './outlier.ts';
import { type Form, overAds } from './source.ts';
import { clientTransport } from './tls.ts';

/** `addresses`: those of the instances behind it, for the static form. */
export function cluster(node: ClusterNode, form: Form, addresses: readonly string[] = []): Cluster {
  const name = clusterName(node);
  const own = { name, circuitBreakers: circuitBreakers(node.limits) };
  switch (node.kind) {
    case 'node':
      return Cluster.fromPartial({
        ...own,
        ...discovered(name, node, node.discovery, form === 'static' ? addresses : 'asked for'),
        ...protocolOptions(node.protocol),
        connectTimeout: duration(node.connectTimeout),
        // Else a host that is gone from discovery but still answers health checks would stay in use.
        ignoreHealthOnHostRemoval: true,
        healthChecks: node.healthCheck === undefined ? [] : [healthCheck(node.healthCheck)],
        outlierDetection: node.outlierDetection && outlierDetection(node.outlierDetection),
        transportSocket: node.tls && clientTransport(node.tls, form),
        metadata: aggregateStats({ key: 'TargetVirtualNode', value: node.node }),
      });
    case 'application':
    case 'loop':
      return Cluster.fromPartial({
        ...own,
        ...fixed(name, node.address, node.port),
        ...protocolOptions(node.protocol),
        connectTimeout: duration(node.connectTimeout),
      });
    case 'passthrough':
      return Cluster.fromPartial({
        ...own,
        clusterDiscoveryType: { $case: 'type', value: Cluster_DiscoveryType.ORIGINAL_DST },
        lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
        // HTTP goes on in the version in which it came.
        ...(node.to === 'mesh-allow-all' ? { typedExtensionProtocolOptions: asItCame } : {}),
      });
    default:
      return unreachable(node);
  }
}

const fixed = (name: string, address: string, port: number): DeepPartial<Cluster> => ({
  clusterDiscoveryType: { $case: 'type', value: Cluster_DiscoveryType.STATIC },
  loadAssignment: loadAssignment(name, [{ address, port }]),
});

function discovered(
  name: string,
  { port, healthCheck: check }: NodeCluster,
  discovery: Discovery,
  instances: readonly string[] | 'asked for',
): DeepPartial<Cluster> {
  const these = (addresses: readonly string[]): DeepPartial<Cluster> => ({
    clusterDiscoveryType: { $case: 'type', value: Cluster_DiscoveryType.STATIC },
    loadAssignment: loadAssignment(
      name,
      addresses.map((address) => ({ address, port, healthPort: check?.port ?? port })),
    ),
  });
  switch (discovery.kind) {
    case 'dns':
      return {
        clusterDiscoveryType: {
          $case: 'type',
          value:
            discovery.answer === 'one address' ? Cluster_DiscoveryType.LOGICAL_DNS : Cluster_DiscoveryType.STRICT_DNS,
        },
        dnsLookupFamily: lookupFamily[discovery.family],
        loadAssignment: loadAssignment(name, [{ address: discovery.hostname, port, healthPort: check?.port ?? port }]),
      };
    case 'instances':
      if (instances !== 'asked for') return these(instances);
      return {
        clusterDiscoveryType: { $case: 'type', value: Cluster_DiscoveryType.EDS },
        edsClusterConfig: { edsConfig: overAds },
      };
    case 'none':
      return these([]);
    default:
      return unreachable(discovery);
  }
}

const lookupFamily: Readonly<Record<AddressFamily, Cluster_DnsLookupFamily>> = {
  'IPv4 first': Cluster_DnsLookupFamily.V4_PREFERRED,
  // IPv6 and, where there is none, IPv4 (Envoy docs, DnsLookupFamily).
  'IPv6 first': Cluster_DnsLookupFamily.AUTO,
  'IPv4 only': Cluster_DnsLookupFamily.V4_ONLY,
  'IPv6 only': Cluster_DnsLookupFamily.V6_ONLY,
};

function circuitBreakers(limits: Limits): DeepPartial<NonNullable<Cluster['circuitBreakers']>> {
  const { connections, pendingRequests, requests, retries } = limits;
  return {
    thresholds: [
      { maxConnections: connections, maxPendingRequests: pendingRequests, maxRequests: requests, maxRetries: retries },
    ],
  };
}

const http2: Readonly<Record<string, Any>> = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': packed(HttpProtocolOptions, {
    upstreamProtocolOptions: {
      $case: 'explicitHttpConfig',
      value: { protocolConfig: { $case: 'http2ProtocolOptions', value: {} } },
    },
  }),
};

const asItCame: Readonly<Record<string, Any>> = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': packed(HttpProtocolOptions, {
    upstreamProtocolOptions: {
      $case: 'useDownstreamProtocolConfig',
      value: { httpProtocolOptions: {}, http2ProtocolOptions: {} },
    },
  }),
};

/** Envoy speaks HTTP/1.1 to a cluster that says nothing. */
const protocolOptions = (protocol: NodeCluster['protocol']): DeepPartial<Cluster> =>
  protocol === 'http2' || protocol === 'grpc' ? { typedExtensionProtocolOptions: http2 } : {};
