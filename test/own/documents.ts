// A small mesh as people write it: front sends to service `paint`, whose router's route leads to red or blue.

const listener = (port: number) => ({ portMapping: { port, protocol: 'http' } });

export const node = (name: string, port = 8080, ...backends: readonly string[]) => ({
  meshName: 'm',
  virtualNodeName: name,
  spec: {
    listeners: [listener(port)],
    serviceDiscovery: { dns: { hostname: `${name}.local` } },
    backends: backends.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
  },
});

export const route = (...targets: readonly string[]) => ({
  meshName: 'm',
  virtualRouterName: 'paint',
  routeName: 'all',
  spec: {
    httpRoute: {
      match: { prefix: '/' },
      action: { weightedTargets: targets.map((virtualNode) => ({ virtualNode, weight: 1 })) },
    },
  },
});

export const documents = [
  { meshName: 'm' },
  node('red'),
  node('blue'),
  { meshName: 'm', virtualRouterName: 'paint', spec: { listeners: [listener(8080)] } },
  route('red'),
  {
    meshName: 'm',
    virtualServiceName: 'paint.local',
    spec: { provider: { virtualRouter: { virtualRouterName: 'paint' } } },
  },
  node('front', 9080, 'paint.local'),
];
