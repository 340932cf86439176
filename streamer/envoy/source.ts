// Where Envoy finds what other resources name: "ask the stream that you came by", or the SDS server of its own socket.
import { ApiConfigSource_ApiType, ApiVersion, ConfigSource } from '../gen/envoy/config/core/v3/config_source.ts';

export const overAds: ConfigSource = ConfigSource.fromPartial({
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: { $case: 'ads', value: {} },
});

/** The cluster stands in the bootstrap of every proxy that was told of a socket (seen in a configuration dump). */
export const overSocket: ConfigSource = ConfigSource.fromPartial({
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: {
    $case: 'apiConfigSource',
    value: {
      apiType: ApiConfigSource_ApiType.GRPC,
      transportApiVersion: ApiVersion.V3,
      grpcServices: [
        { targetSpecifier: { $case: 'envoyGrpc', value: { clusterName: 'static_cluster_sds_unix_socket' } } },
      ],
    },
  },
});

/** `ads`: what a proxy is sent over its stream. `static`: the same in one piece, with nothing left to ask for. */
export type Form = 'ads' | 'static';
