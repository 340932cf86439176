// A mesh in a few words: each word is a document as people write it.

/** The input of a Create operation without its mesh. */
export type Document = Readonly<Record<string, unknown>>;

type Protocol = 'http' | 'http2' | 'grpc';

/** A node whose application listens on a port of 127.0.0.1. */
export const node = (virtualNodeName: string, port: number, protocol: Protocol = 'http', listener = {}): Document => ({
  virtualNodeName,
  spec: {
    listeners: [{ portMapping: { port, protocol }, ...listener }],
    serviceDiscovery: { dns: { hostname: '127.0.0.1' } },
  },
});

/** A node that sends to services and serves nothing. */
export const client = (virtualNodeName: string, services: readonly string[]): Document => ({
  virtualNodeName,
  spec: { backends: services.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })) },
});

type Route = Readonly<Record<string, unknown>> & {
  readonly to: Readonly<Record<string, number>>;
  readonly priority?: number;
};

const kinds = { http: 'httpRoute', http2: 'http2Route', grpc: 'grpcRoute' } as const;

// All versions of HTTP share it.
const port = 9080;

/** A service behind a router with these routes; `to` are nodes with their weights. */
export function routed(name: string, routes: Readonly<Record<string, Route>>, protocol: Protocol = 'http'): Document[] {
  const virtualRouterName = name.replaceAll('.', '-');
  return [
    { virtualRouterName, spec: { listeners: [{ portMapping: { port, protocol } }] } },
    ...Object.entries(routes).map(([routeName, { to, priority, ...route }]) => {
      const weightedTargets = Object.entries(to).map(([virtualNode, weight]) => ({ virtualNode, weight }));
      const spec = { [kinds[protocol]]: { match: { prefix: '/' }, ...route, action: { weightedTargets } }, priority };
      return { virtualRouterName, routeName, spec };
    }),
    { virtualServiceName: name, spec: { provider: { virtualRouter: { virtualRouterName } } } },
  ];
}

/** A service that a node provides. */
export const provided = (virtualServiceName: string, virtualNodeName: string): Document => ({
  virtualServiceName,
  spec: { provider: { virtualNode: { virtualNodeName } } },
});

export const gateway = (virtualGatewayName: string, port: number, protocol: Protocol = 'http'): Document => ({
  virtualGatewayName,
  spec: { listeners: [{ portMapping: { port, protocol } }] },
});

/** A gateway's route to a service. */
export function gatewayRoute(
  virtualGatewayName: string,
  gatewayRouteName: string,
  virtualServiceName: string,
  { match, rewrite, priority }: { readonly match: object; readonly rewrite?: object; readonly priority?: number },
): Document {
  const action = { target: { virtualService: { virtualServiceName } }, rewrite };
  return { virtualGatewayName, gatewayRouteName, spec: { httpRoute: { match, action }, priority } };
}
