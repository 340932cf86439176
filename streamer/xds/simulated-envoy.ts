// For tests and measurements: a client that speaks to the real server over a connection, as Envoy does, and says only
// what it is told to say.
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import { DeltaDiscoveryRequest, DiscoveryRequest } from '../gen/envoy/service/discovery/v3/discovery.ts';
import { type Heard, readDelta, readSotw } from './fixture.ts';
import { typeUrls } from './order.ts';
import type { ResourceType } from './snapshot.ts';
import type { Mode } from './status.ts';

type DeltaParts = Parameters<typeof DeltaDiscoveryRequest.fromPartial>[0];
type SotwParts = Parameters<typeof DiscoveryRequest.fromPartial>[0];

export interface SimulatedEnvoy {
  /** Sends a request; the node goes with the first one. */
  say(type: ResourceType | string, parts?: DeltaParts & SotwParts): void;
  ack(response: Heard, parts?: DeltaParts & SotwParts): void;
  nack(response: Heard, message: string): void;
  /** The next response; waits for it, and rejects when the stream is over before it comes. */
  hear(): Promise<Heard>;
  /** Stops reading from the connection, until `resume`. */
  pause(): void;
  resume(): void;
  /** How many responses lie unread. */
  unheard(): number;
  /** How the server ended the stream. */
  readonly status: Promise<StatusObject>;
  /** Bytes that are no request. */
  babble(bytes: Buffer): void;
  close(): void;
}

export interface SimulatedEnvoyOptions {
  readonly mode?: Mode;
  /** '' for none. */
  readonly node?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly credentials?: ChannelCredentials;
}

const service = '/envoy.service.discovery.v3.AggregatedDiscoveryService/';

export function simulateEnvoy(address: string, options: SimulatedEnvoyOptions = {}): SimulatedEnvoy {
  const { mode = 'delta', node = 'mesh/m/virtualNode/a' } = options;
  const client = new Client(address, options.credentials ?? credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  const call: ClientDuplexStream<Buffer, Heard> = client.makeBidiStreamRequest(
    service + (mode === 'delta' ? 'DeltaAggregatedResources' : 'StreamAggregatedResources'),
    (bytes: Buffer) => bytes,
    mode === 'delta' ? readDelta : readSotw,
    metadata,
  );
  const responses: Heard[] = [];
  let first = true;
  call.on('data', (response: Heard) => responses.push(response));
  call.on('error', () => {});
  let over: StatusObject | undefined;
  const status = new Promise<StatusObject>((resolve) => {
    call.on('status', (ended: StatusObject) => {
      over = ended;
      resolve(ended);
    });
  });

  function say(type: ResourceType | string, parts: DeltaParts & SotwParts = {}): void {
    const typeUrl = (typeUrls as Readonly<Record<string, string>>)[type] ?? type;
    const request = { typeUrl, ...(first && node !== '' && { node: { id: node, cluster: 'test' } }), ...parts };
    first = false;
    const bytes =
      mode === 'delta'
        ? DeltaDiscoveryRequest.encode(DeltaDiscoveryRequest.fromPartial(request)).finish()
        : DiscoveryRequest.encode(DiscoveryRequest.fromPartial(request)).finish();
    call.write(Buffer.from(bytes));
  }

  async function hear(): Promise<Heard> {
    for (;;) {
      const response = responses.shift();
      if (response !== undefined) return response;
      if (over !== undefined) throw new Error(`the stream has ended: ${over.code} ${over.details}`);
      await pause(1);
    }
  }

  return {
    say,
    ack: (response, parts = {}) => say(response.type, { responseNonce: response.nonce, ...parts }),
    nack: (response, message) =>
      say(response.type, { responseNonce: response.nonce, errorDetail: { code: 13, message } }),
    hear,
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    unheard: () => responses.length,
    status,
    babble: (bytes) => void call.write(bytes),
    close: () => {
      call.cancel();
      client.close();
    },
  };
}
