// A node's proxy that asks for what it is entitled to over delta ADS, comes back when it is sent away, and keeps every
// word: the one place where keys belong.
import { type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { secretName } from '#streamer/envoy/secret.ts';
import { AggregatedDiscoveryServiceClient } from '#streamer/gen/envoy/service/discovery/v3/ads.ts';
import {
  DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
} from '#streamer/gen/envoy/service/discovery/v3/discovery.ts';
import { typeUrls } from '#streamer/xds/order.ts';

export interface ToldProxy {
  /** All that it was told so far. */
  heard(): string;
  /** The private keys among that, PEM, each once. */
  keys(): readonly string[];
  /** Refuses the next response of secrets with these words. */
  refuseNext(words: (heard: string) => string): void;
  close(): void;
}

type Call = ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

const keyPattern = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/g;

/** `certificates` are the ARNs of those that its listeners name. */
export function toldProxy(address: string, node: string, token: string, certificates: readonly string[]): ToldProxy {
  const client = new AggregatedDiscoveryServiceClient(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  let heard = '';
  let refusal: ((heard: string) => string) | undefined;
  let call: Call | undefined;
  let again: NodeJS.Timeout | undefined;

  function hear(on: Call, { typeUrl, nonce: responseNonce, resources }: DeltaDiscoveryResponse): void {
    heard += resources.map(({ resource }) => Buffer.from(resource?.value ?? []).toString('latin1')).join('\n');
    const isRefused = typeUrl === typeUrls.secret && refusal !== undefined;
    const errorDetail = isRefused ? { code: 13, message: refusal?.(heard) ?? '' } : undefined;
    if (isRefused) refusal = undefined;
    on.write(DeltaDiscoveryRequest.fromPartial({ typeUrl, responseNonce, ...(errorDetail && { errorDetail }) }));
  }

  function connect(): void {
    const opened: Call = client.deltaAggregatedResources(metadata);
    call = opened;
    opened.on('data', (response: DeltaDiscoveryResponse) => hear(opened, response));
    opened.on('error', () => {
      if (call === opened) again = setTimeout(connect, 200);
    });
    const resourceNamesSubscribe = certificates.map((arn) => secretName({ kind: 'issued', arn }));
    for (const parts of [
      { typeUrl: typeUrls.cluster, node: { id: node, cluster: node } },
      { typeUrl: typeUrls.listener },
      { typeUrl: typeUrls.secret, resourceNamesSubscribe },
    ]) {
      opened.write(DeltaDiscoveryRequest.fromPartial(parts));
    }
  }

  connect();
  return {
    heard: () => heard,
    keys: () => [...new Set(heard.match(keyPattern) ?? [])],
    refuseNext: (words) => {
      refusal = words;
    },
    close() {
      const last = call;
      call = undefined;
      clearTimeout(again);
      last?.cancel();
      client.close();
    },
  };
}
