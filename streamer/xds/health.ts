// The standard gRPC health service (grpc.health.v1), for load balancers and probes on the same port.
// Written out because grpc-health-check reads its .proto file from beside its own source at run time,
// which a bundled program does not have; the messages have one field each.

import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** HealthCheckResponse.ServingStatus. */
const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

interface HealthCheckRequest {
  readonly service: string;
}

export interface Health {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Says NOT_SERVING from now on and ends all who watch. */
  close(): void;
}

export function createHealth(services: readonly string[]): Health {
  const watchers = new Set<ServerWritableStream<HealthCheckRequest, number>>();
  let current = serving;

  const method = (name: string, responseStream: boolean) => ({
    path: `/grpc.health.v1.Health/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: decodeRequest,
    responseSerialize: (value: number) => Buffer.from([0x08, value]),
    responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
  });

  return {
    definition: { Check: method('Check', false), Watch: method('Watch', true) },
    implementation: {
      Check: (call: ServerUnaryCall<HealthCheckRequest, number>, callback: sendUnaryData<number>) => {
        if (services.includes(call.request.service)) callback(null, current);
        else callback({ code: status.NOT_FOUND, details: 'unknown service' });
      },
      Watch: (call: ServerWritableStream<HealthCheckRequest, number>) => {
        call.write(services.includes(call.request.service) ? current : serviceUnknown);
        if (current === serving) {
          watchers.add(call);
          call.on('cancelled', () => watchers.delete(call));
        } else call.end();
      },
    },
    close: () => {
      current = notServing;
      for (const call of watchers) {
        if (services.includes(call.request.service)) call.write(current);
        call.end();
      }
      watchers.clear();
    },
  };
}

/** A record, because grpc-js takes a request that is an empty string for none. */
function decodeRequest(bytes: Buffer): HealthCheckRequest {
  const reader = new BinaryReader(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wire);
  }
  return { service };
}
