// One application as people describe it to Terraform or Kubernetes: two nodes behind a router, the service that the
// router provides, a caller of the service, and a gateway with a route to it. In the order in which one needs the other.
import type { Kind } from '#events/names.ts';

export interface StackResource {
  readonly kind: Kind;
  /** The members that name it, without the mesh. */
  readonly names: Readonly<Record<string, string>>;
  readonly spec: object;
  readonly changed: object;
}

const portMapping = { port: 8080, protocol: 'http' };
const node = (name: string, backends: readonly string[] = []) => ({
  listeners: [
    {
      portMapping,
      healthCheck: {
        protocol: 'http',
        path: '/ping',
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        timeoutMillis: 2000,
        intervalMillis: 5000,
      },
    },
  ],
  serviceDiscovery: { dns: { hostname: `${name}.default.svc.cluster.local` } },
  ...(backends.length > 0 && {
    backends: backends.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
  }),
});
const logging = { accessLog: { file: { path: '/dev/stdout' } } };
const route = (left: number) => ({
  httpRoute: {
    match: { prefix: '/' },
    action: {
      weightedTargets: [
        { virtualNode: 'red', weight: left },
        { virtualNode: 'blue', weight: 100 - left },
      ],
    },
    retryPolicy: {
      maxRetries: 2,
      perRetryTimeout: { unit: 's', value: 2 },
      httpRetryEvents: ['server-error'],
      tcpRetryEvents: ['connection-error'],
    },
  },
});
const service = 'color.default.svc.cluster.local';
const door = (prefix: string) => ({
  httpRoute: {
    match: { prefix },
    action: { target: { virtualService: { virtualServiceName: service } } },
  },
});

export const colorStack: readonly StackResource[] = [
  ...['red', 'blue'].map((name) => ({
    kind: 'virtualNode' as const,
    names: { virtualNodeName: name },
    spec: node(name),
    changed: { ...node(name), logging },
  })),
  {
    kind: 'virtualRouter',
    names: { virtualRouterName: 'color' },
    spec: { listeners: [{ portMapping }] },
    changed: { listeners: [{ portMapping: { ...portMapping, port: 8081 } }] },
  },
  {
    kind: 'route',
    names: { virtualRouterName: 'color', routeName: 'all' },
    spec: route(100),
    changed: route(50),
  },
  {
    kind: 'virtualService',
    names: { virtualServiceName: service },
    spec: { provider: { virtualRouter: { virtualRouterName: 'color' } } },
    changed: { provider: { virtualNode: { virtualNodeName: 'red' } } },
  },
  {
    kind: 'virtualNode',
    names: { virtualNodeName: 'front' },
    spec: node('front', [service]),
    changed: { ...node('front', [service]), logging },
  },
  {
    kind: 'virtualGateway',
    names: { virtualGatewayName: 'door' },
    spec: { listeners: [{ portMapping }] },
    changed: { listeners: [{ portMapping }], logging },
  },
  {
    kind: 'gatewayRoute',
    names: { virtualGatewayName: 'door', gatewayRouteName: 'color' },
    spec: door('/color'),
    changed: door('/'),
  },
];

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
