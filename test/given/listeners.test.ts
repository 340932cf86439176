// What a listener may hold, of nodes, routers and gateways.
import { describe, test } from 'vitest';
import type { Listener, PortProtocol, VirtualGatewayListener } from '#events/model/shapes.ts';
import { create, gateway, having, listening, mesh, node, router } from './documents.ts';
import { given } from './given.ts';

const serviceDiscovery = { dns: { hostname: 'red.local' } };
const member = (path: string) => `spec.listeners[0].${path}`;
const seconds = { unit: 's', value: 5 } as const;

const nodeListener = (protocol: PortProtocol, rest: Omit<Listener, 'portMapping'>) =>
  given(mesh()).when(
    create(having(node('red'), { serviceDiscovery, listeners: [{ portMapping: { port: 8080, protocol }, ...rest }] })),
  );

const gatewayListener = (protocol: 'http' | 'http2' | 'grpc', rest: Omit<VirtualGatewayListener, 'portMapping'>) =>
  given(mesh()).when(
    create(having(gateway('front'), { listeners: [{ portMapping: { port: 8080, protocol }, ...rest }] })),
  );

const check = { healthyThreshold: 2, unhealthyThreshold: 2, intervalMillis: 5000, timeoutMillis: 2000 };

describe('a virtual node that listens', () => {
  test('must say how it is found', () => {
    const { listeners = [] } = node('red').spec;
    given(mesh())
      .when(create(having(node('red'), { listeners })))
      .thenInvalidAt('spec.serviceDiscovery');
    given(mesh())
      .when(create(having(node('red'), { listeners, serviceDiscovery })))
      .thenAccepted();
  });

  test('and one that does not listen need not', () => {
    given(mesh())
      .when(create(having(node('red'), {})))
      .thenAccepted();
  });
});

describe.each([
  ['virtual node', node('red')],
  ['virtual router', router('paint')],
  ['virtual gateway', gateway('front')],
])('a %s', (_kind, document) => {
  test('may have several listeners, each on a port of its own', () => {
    const { when } = given(mesh());
    when(create(listening(document, '8080/http', '8081/grpc', '8082/http'))).thenAccepted();
    when(create(listening(document, '8080/http', '8081/grpc', '8080/http2', '8081/http'))).thenInvalidAt(
      'spec.listeners[2].portMapping.port',
      'spec.listeners[3].portMapping.port',
    );
  });
});

describe('a connection pool', () => {
  test.each<[PortProtocol, Listener['connectionPool']]>([
    ['http', { http: { maxConnections: 1, maxPendingRequests: 1 } }],
    ['http2', { http2: { maxRequests: 1 } }],
    ['grpc', { grpc: { maxRequests: 1 } }],
    ['tcp', { tcp: { maxConnections: 1 } }],
  ])('of the protocol of its listener, %s', (protocol, connectionPool) => {
    nodeListener(protocol, { connectionPool }).thenAccepted();
  });

  test('of no other protocol', () => {
    nodeListener('http2', { connectionPool: { http: { maxConnections: 1 } } }).thenInvalidAt(member('connectionPool'));
    gatewayListener('http', { connectionPool: { grpc: { maxRequests: 1 } } }).thenInvalidAt(member('connectionPool'));
    gatewayListener('http', { connectionPool: { http: { maxConnections: 1 } } }).thenAccepted();
  });
});

describe('a timeout', () => {
  test('is of the protocol of its listener', () => {
    nodeListener('grpc', { timeout: { grpc: { perRequest: seconds, idle: seconds } } }).thenAccepted();
    nodeListener('grpc', { timeout: { http2: { idle: seconds } } }).thenInvalidAt(member('timeout'));
    nodeListener('tcp', { timeout: { tcp: { idle: seconds } } }).thenAccepted();
  });

  test('is a number of a unit', () => {
    nodeListener('http', { timeout: { http: { idle: { value: 5 } } } }).thenInvalidAt(member('timeout.http.idle.unit'));
    nodeListener('http', { timeout: { http: { perRequest: { unit: 's' } } } }).thenInvalidAt(
      member('timeout.http.perRequest.value'),
    );
    nodeListener('http', { timeout: { http: { perRequest: { unit: 'ms', value: 0 } } } }).thenAccepted();
  });
});

describe('a health check', () => {
  test('is of the port of its listener', () => {
    nodeListener('http', { healthCheck: { ...check, protocol: 'http', path: '/ping', port: 8080 } }).thenAccepted();
    nodeListener('http', { healthCheck: { ...check, protocol: 'http', port: 9901 } }).thenInvalidAt(
      member('healthCheck.port'),
    );
  });

  test.each<PortProtocol>(['grpc', 'http2'])('by gRPC is of a listener that speaks %s', (protocol) => {
    nodeListener(protocol, { healthCheck: { ...check, protocol: 'grpc' } }).thenAccepted();
  });

  test('by gRPC is of no other listener', () => {
    nodeListener('http', { healthCheck: { ...check, protocol: 'grpc' } }).thenInvalidAt(member('healthCheck.protocol'));
    nodeListener('tcp', { healthCheck: { ...check, protocol: 'grpc' } }).thenInvalidAt(member('healthCheck.protocol'));
    gatewayListener('http', { healthCheck: { ...check, protocol: 'grpc' } }).thenInvalidAt(
      member('healthCheck.protocol'),
    );
  });

  test.each<PortProtocol>(['http', 'http2', 'grpc', 'tcp'])(
    'by TCP or HTTP is of a listener that speaks %s',
    (protocol) => {
      nodeListener(protocol, { healthCheck: { ...check, protocol: 'tcp' } }).thenAccepted();
      nodeListener(protocol, { healthCheck: { ...check, protocol: 'http' } }).thenAccepted();
    },
  );
});

test('outlier detection has durations of a unit', () => {
  const detection = { maxEjectionPercent: 50, maxServerErrors: 5 };
  nodeListener('http', {
    outlierDetection: { ...detection, baseEjectionDuration: seconds, interval: seconds },
  }).thenAccepted();
  nodeListener('http', {
    outlierDetection: { ...detection, baseEjectionDuration: { value: 1 }, interval: { unit: 's' } },
  }).thenInvalidAt(member('outlierDetection.baseEjectionDuration.unit'), member('outlierDetection.interval.value'));
});
