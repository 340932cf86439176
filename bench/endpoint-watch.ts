// A delta ADS stream that follows the endpoints of one cluster as an Envoy does: what it is told it reads, counts and
// acknowledges.
import { type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { ClusterLoadAssignment } from '#streamer/gen/envoy/config/endpoint/v3/endpoint.ts';
import { AggregatedDiscoveryServiceClient } from '#streamer/gen/envoy/service/discovery/v3/ads.ts';
import {
  DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
} from '#streamer/gen/envoy/service/discovery/v3/discovery.ts';
import type { Place } from './fleet.ts';

export interface EndpointWatch {
  /** Kept when there are so many endpoints; the moment, on the clock of `performance`, at which the stream heard it. */
  reaches(count: number): Promise<number>;
  /** Responses with endpoints so far, and the bytes of the largest. */
  heard(): { readonly responses: number; readonly largest: number };
  stop(): void;
}

const typeUrls = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
};

export function watchEndpoints({ resource, token, streamer }: Place, cluster: string): EndpointWatch {
  const client = new AggregatedDiscoveryServiceClient(streamer, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const call: ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> =
    client.deltaAggregatedResources(metadata);
  const say = (request: Parameters<typeof DeltaDiscoveryRequest.fromPartial>[0]) =>
    call.write(DeltaDiscoveryRequest.fromPartial(request));
  const waiting = new Set<() => void>();
  let [count, at, responses, largest] = [-1, 0, 0, 0];
  call.on('error', () => {});
  call.on('data', ({ typeUrl, nonce, resources }: DeltaDiscoveryResponse) => {
    const bytes = resources.find(({ name }) => name === cluster)?.resource?.value;
    if (typeUrl === typeUrls.endpoint && bytes !== undefined) {
      const { endpoints } = ClusterLoadAssignment.decode(bytes);
      count = endpoints.reduce((sum, { lbEndpoints }) => sum + lbEndpoints.length, 0);
      at = performance.now();
      responses += 1;
      largest = Math.max(largest, bytes.length);
    }
    say({ typeUrl, responseNonce: nonce });
    for (const look of waiting) look();
  });
  say({ typeUrl: typeUrls.cluster, node: { id: resource, cluster: resource } });
  say({ typeUrl: typeUrls.endpoint, resourceNamesSubscribe: [cluster] });
  return {
    reaches: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (count !== wanted) return;
          waiting.delete(look);
          resolve(at);
        };
        waiting.add(look);
        look();
      }),
    heard: () => ({ responses, largest }),
    stop() {
      call.cancel();
      client.close();
    },
  };
}
