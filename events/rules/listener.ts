// Listeners of nodes, routers and gateways: one a port, and what hangs on a listener speaks the listener's protocol.
import type { Listener, PortMapping, VirtualGatewayListener } from '../model/shapes.ts';
import { constraint, type Fault } from '../model/validate.ts';
import { memberOf } from '../spec.ts';
import { durationFaults } from './duration.ts';

/** What the three kinds of listeners have in common; a router's has the port mapping alone. */
interface AnyListener {
  readonly portMapping: PortMapping;
  readonly connectionPool?: Listener['connectionPool'] | VirtualGatewayListener['connectionPool'];
  readonly timeout?: Listener['timeout'];
  readonly healthCheck?: Listener['healthCheck'] | VirtualGatewayListener['healthCheck'];
  readonly outlierDetection?: Listener['outlierDetection'];
}

export function listenerFaults(listeners: readonly AnyListener[]): readonly Fault[] {
  return listeners.flatMap((listener, index) => {
    const path = `spec.listeners[${index}]`;
    return [
      ...takenPort(listeners, index, path),
      ...connectionPoolFaults(listener, `${path}.connectionPool`),
      ...timeoutFaults(listener, `${path}.timeout`),
      ...healthCheckFaults(listener, `${path}.healthCheck`),
      ...outlierFaults(listener, `${path}.outlierDetection`),
    ];
  });
}

// A proxy can listen once on a port.
function takenPort(listeners: readonly AnyListener[], index: number, path: string): readonly Fault[] {
  const port = listeners[index]?.portMapping.port;
  const first = listeners.findIndex(({ portMapping }) => portMapping.port === port);
  if (first === index) return [];
  return [constraint(`${path}.portMapping.port`, port, `Member must not be the port of spec.listeners[${first}]`)];
}

// "The connectionPool and portMapping protocols must be the same" (guide, "Virtual nodes").
function connectionPoolFaults({ connectionPool, portMapping }: AnyListener, path: string): readonly Fault[] {
  if (connectionPool === undefined || memberOf(connectionPool).kind === portMapping.protocol) return [];
  return [constraint(path, connectionPool, `Member must be of the listener's protocol, ${portMapping.protocol}`)];
}

// "You can specify a request timeout if you selected grpc, http, or http2 for the listener's Protocol" (guide): the
// timeout is that of the listener's own protocol.
function timeoutFaults({ timeout, portMapping }: AnyListener, path: string): readonly Fault[] {
  if (timeout === undefined) return [];
  const { kind, value } = memberOf(timeout);
  const { protocol } = portMapping;
  return [
    ...(kind === protocol ? [] : [constraint(path, timeout, `Member must be of the listener's protocol, ${protocol}`)]),
    ...Object.entries(value).flatMap(([member, duration]) => durationFaults(`${path}.${kind}.${member}`, duration)),
  ];
}

function healthCheckFaults({ healthCheck, portMapping }: AnyListener, path: string): readonly Fault[] {
  if (healthCheck === undefined) return [];
  const { port, protocol } = healthCheck;
  const faults: Fault[] = [];
  // "This port must match the port defined in the PortMapping for the listener" (API reference, HealthCheckPolicy).
  if (port !== undefined && port !== portMapping.port) {
    faults.push(constraint(`${path}.port`, port, `Member must be the port of the listener, ${portMapping.port}`));
  }
  // App Mesh's own answer: "GRPC HealthCheck requires listener type of HTTP2 or GRPC."
  if (protocol === 'grpc' && portMapping.protocol !== 'grpc' && portMapping.protocol !== 'http2') {
    faults.push(constraint(`${path}.protocol`, protocol, 'GRPC HealthCheck requires listener type of HTTP2 or GRPC'));
  }
  return faults;
}

function outlierFaults({ outlierDetection }: AnyListener, path: string): readonly Fault[] {
  if (outlierDetection === undefined) return [];
  return [
    ...durationFaults(`${path}.baseEjectionDuration`, outlierDetection.baseEjectionDuration),
    ...durationFaults(`${path}.interval`, outlierDetection.interval),
  ];
}
