// The gRPC server: both variants of ADS and the health service on every address, and the life of the whole.
// Responses are bytes already, with gRPC's prefix, so that all streams share one buffer.
import { type handleBidiStreamingCall, type MethodDefinition, Server, type ServerDuplexStream } from '@grpc/grpc-js';
import { DeltaDiscoveryRequest, DiscoveryRequest } from '../gen/envoy/service/discovery/v3/discovery.ts';
import { bind, isUnix, type Tls } from './address.ts';
import type { Admission, StreamOpening } from './admission.ts';
import { createDelta } from './delta.ts';
import { createFrames } from './frames.ts';
import { createHealth } from './health.ts';
import { unprefixed, writesPrefixed } from './message-prefix.ts';
import { createPushLoop } from './push-loop.ts';
import { createSotw } from './sotw.ts';
import type { StreamEvent, StreamStatus } from './status.ts';
import { type NodeRequest, openStream, type Stream, type StreamSetting } from './stream.ts';

const service = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

/** All times in milliseconds. */
export interface XdsServerOptions {
  readonly admission: Admission;
  readonly onEvent?: (event: StreamEvent) => void;
  /** TLS on all addresses but unix sockets. */
  readonly tls?: Tls;
  /** Between a cluster's leaving the snapshot and its removal from Envoys (5 s). */
  readonly linger?: number;
  /** About how long a stream lasts before it is asked to reconnect, ± 10 % (30 minutes; 0: for ever). */
  readonly age?: number;
  /** How long a stream may take to say its first word (15 s). */
  readonly patience?: number;
}

export interface XdsServer {
  /** Listens on `host:port` (port 0: any free one) or `unix:PATH`; answers the addresses with their real ports. */
  listen(addresses: readonly string[]): Promise<readonly string[]>;
  /** All streams that were admitted and are open. */
  streams(): readonly StreamStatus[];
  /** Asks of each stream of one resource whether it may go on, and ends those that may not. Answers how many. */
  review(resource: string): number;
  /** Asks one Envoy, whichever, to come back on another connection. */
  shed(): void;
  /** Stops listening, asks every Envoy to reconnect elsewhere, spread over at most `grace`; then cuts what is left. */
  close(grace?: number): Promise<void>;
}

export function createXdsServer(options: XdsServerOptions): XdsServer {
  const { admission, onEvent = () => {}, linger = 5_000, age = 30 * 60_000, patience = 15_000 } = options;
  const servers: Server[] = [];
  const streams = new Map<number, Stream>();
  const frames = createFrames();
  const schedule = createPushLoop();
  const health = createHealth(['', service]);
  let count = 0;
  let closing = false;

  function accept<Request extends NodeRequest>(
    call: ServerDuplexStream<Request, Buffer>,
    address: string,
    kind: Pick<StreamSetting<Request>, 'mode' | 'protocol'>,
  ): void {
    count += 1;
    const id = count;
    const stream = openStream(call, {
      ...kind,
      id,
      opening: openingOf(call, address, options.tls !== undefined),
      admission,
      schedule,
      onEvent,
      onClosed: () => streams.delete(id),
      lifetime: age * (0.9 + Math.random() * 0.2),
      patience,
    });
    streams.set(id, stream);
    if (closing) stream.end(14, 'Draining');
  }

  function serve(address: string): Server {
    const server = new Server({ ...serverOptions(age), interceptors: [writesPrefixed(service)] });
    const sotw: handleBidiStreamingCall<DiscoveryRequest, Buffer> = (call) =>
      accept<DiscoveryRequest>(call, address, { mode: 'sotw', protocol: createSotw(frames, linger) });
    const delta: handleBidiStreamingCall<DeltaDiscoveryRequest, Buffer> = (call) =>
      accept<DeltaDiscoveryRequest>(call, address, { mode: 'delta', protocol: createDelta(frames, linger) });
    server.addService(
      {
        StreamAggregatedResources: raw('StreamAggregatedResources', (bytes) => DiscoveryRequest.decode(bytes)),
        DeltaAggregatedResources: raw('DeltaAggregatedResources', (bytes) => DeltaDiscoveryRequest.decode(bytes)),
      },
      { StreamAggregatedResources: sotw, DeltaAggregatedResources: delta },
    );
    server.addService(health.definition, health.implementation);
    servers.push(server);
    return server;
  }

  async function close(grace = 15_000): Promise<void> {
    closing = true;
    health.close();
    const quiet = Promise.all(
      servers.map((server) => new Promise<void>((resolve) => server.tryShutdown(() => resolve()))),
    );
    // At most a hundred a second, so that they do not all arrive elsewhere at once.
    const spread = Math.min(grace, streams.size * 10);
    for (const stream of streams.values()) setTimeout(() => stream.end(0, ''), Math.random() * spread);
    const force = setTimeout(() => {
      for (const server of servers) server.forceShutdown();
    }, grace + 500);
    await quiet;
    clearTimeout(force);
  }

  return {
    listen: (addresses) => Promise.all(addresses.map((address) => bind(serve(address), address, options.tls))),
    streams: () => [...streams.values()].flatMap((stream) => stream.status() ?? []),
    review: (resource) =>
      [...streams.values()].filter((stream) => stream.resource() === resource && stream.review()).length,
    shed() {
      const admitted = [...streams.values()].filter((stream) => stream.resource() !== undefined);
      admitted[Math.floor(Math.random() * admitted.length)]?.leave();
    },
    close,
  };
}

/**
 * A connection is sent GOAWAY some time before its streams are ended, so that Envoy comes back on a new connection, and
 * a load balancer may choose again: at 0.72 to 0.88 of the age (grpc-js varies it by a tenth), streams from 0.9 on.
 * Keepalive finds dead peers and keeps a network load balancer from forgetting quiet ones (after 350 s).
 */
function serverOptions(age: number): Record<string, number> {
  return {
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    // Nobody asks for the library's own statistics, which it keeps for each connection.
    'grpc.enable_channelz': 0,
    ...(age > 0 && { 'grpc.max_connection_age_ms': age * 0.8, 'grpc.max_connection_age_grace_ms': age * 1.2 + 60_000 }),
  };
}

function raw<Request>(name: string, decode: (bytes: Buffer) => Request): MethodDefinition<Request, Buffer> {
  return {
    path: `/${service}/${name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: decode,
    responseSerialize: unprefixed,
    responseDeserialize: (bytes) => bytes,
  };
}

function openingOf(call: ServerDuplexStream<unknown, Buffer>, address: string, tls: boolean): StreamOpening {
  const metadata: Record<string, readonly string[]> = {};
  for (const name of Object.keys(call.metadata.getMap())) {
    metadata[name] = call.metadata.get(name).filter((value) => typeof value === 'string');
  }
  return {
    metadata,
    path: call.getPath(),
    host: call.getHost(),
    peer: isUnix(address) ? address : call.getPeer(),
    transport: isUnix(address) ? 'unix' : tls ? 'tls' : 'plain',
  };
}
