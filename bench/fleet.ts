// Envoys for the benchmarks: real processes, and streams that ask and acknowledge as an Envoy does without being one.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { bootstrap } from '#agent/bootstrap.ts';
import { AggregatedDiscoveryServiceClient } from '#streamer/gen/envoy/service/discovery/v3/ads.ts';
import {
  DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
} from '#streamer/gen/envoy/service/discovery/v3/discovery.ts';

export interface Member {
  stop(): void;
}

export interface Place {
  readonly resource: string;
  readonly token: string;
  readonly streamer: string;
}

/** A free port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** A real Envoy, placed on ports of its own; it needs neither root nor redirection. */
export async function realEnvoy(
  binary: string,
  folder: string,
  index: number,
  { resource, token, streamer }: Place,
  listenerPort: number,
  adminPort?: number,
): Promise<Member> {
  const [host = '', port = ''] = streamer.split(':');
  const [egressPort, inbound] = [await freePort(), await freePort()];
  const file = join(folder, `envoy-${index}.json`);
  const placement = { bind: '127.0.0.1', egressPort, inbound: { [listenerPort]: inbound } };
  writeFileSync(
    file,
    JSON.stringify(
      bootstrap({
        resource,
        streamer: { host, port: Number(port) },
        token: { inline: token },
        placement,
        ...(adminPort !== undefined && { adminPort }),
      }),
    ),
    { mode: 0o600 },
  );
  const child: ChildProcess = spawn(
    binary,
    ['-c', file, '--use-dynamic-base-id', '--concurrency', '1', '-l', 'error'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return { stop: () => void child.kill('SIGKILL') };
}

const types = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};

/** A delta ADS stream on a connection of its own that asks for clusters and listeners, then for the routes that it is told of. */
export function simulatedEnvoy({ resource, token, streamer }: Place, routes: readonly string[]): Member {
  const client = new AggregatedDiscoveryServiceClient(streamer, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const call: ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> =
    client.deltaAggregatedResources(metadata);
  const ask = (typeUrl: string, names: readonly string[], first = false) =>
    call.write(
      DeltaDiscoveryRequest.fromPartial({
        typeUrl,
        resourceNamesSubscribe: [...names],
        ...(first && { node: { id: resource, cluster: resource } }),
      }),
    );
  call.on('data', ({ typeUrl, nonce }: DeltaDiscoveryResponse) =>
    call.write(DeltaDiscoveryRequest.fromPartial({ typeUrl, responseNonce: nonce })),
  );
  call.on('error', () => {});
  ask(types.cluster, [], true);
  ask(types.listener, []);
  ask(types.route, routes);
  return {
    stop() {
      call.cancel();
      client.close();
    },
  };
}
