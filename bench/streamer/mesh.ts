// What the streams are told of: a node that sends to twenty services over sixty nodes, a third of them found by
// Cloud Map, with 180 routes on five ports; and the two kinds of change that are pushed.
import { makeMesh } from '../api/scenario.ts';
import type { Plain } from '../api/signed-request.ts';

const meshName = 'bench';
const root = `/v20190125/meshes/${meshName}`;
const ports = 5;
const services = 20;
const nodesPerService = 3;
const routesPerService = 9;

export const account = '000000000000';
export const resource = `arn:aws:appmesh:us-east-1:${account}:mesh/${meshName}/virtualNode/front`;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const portOf = (service: number): number => 8080 + (service % ports);
const listeners = (service: number) => [{ portMapping: { port: portOf(service), protocol: 'http' } }];
const nodeName = (service: number, index: number): string => `service-${service}-version-${index}`;
const serviceName = (service: number): string => `service-${service}.bench.local`;

function nodeSpec(service: number, index: number, hostname = `${nodeName(service, index)}.bench.local`): object {
  const serviceDiscovery =
    index === 2
      ? { awsCloudMap: { namespaceName: 'bench', serviceName: nodeName(service, index) } }
      : { dns: { hostname } };
  return { listeners: listeners(service), serviceDiscovery };
}

function routeSpec(service: number, index: number, first = 50): object {
  const weightedTargets = range(nodesPerService).map((node) => ({
    virtualNode: nodeName(service, node),
    weight: node === 0 ? first : 50 + node,
  }));
  return { httpRoute: { match: { prefix: `/api/version-${index}` }, action: { weightedTargets } } };
}

/** The requests that make the mesh; each list only after the one before it. */
export function meshRequests(): readonly (readonly Plain[])[] {
  const put = (path: string, body: object): Plain => ({ method: 'PUT', path: `${root}/${path}`, body });
  const all = range(services);
  const backends = all.map((service) => ({ virtualService: { virtualServiceName: serviceName(service) } }));
  const own = { listeners: listeners(0), serviceDiscovery: { dns: { hostname: 'front.bench.local' } } };
  return [
    [makeMesh(meshName)],
    all.flatMap((service) => [
      ...range(nodesPerService).map((index) =>
        put('virtualNodes', { virtualNodeName: nodeName(service, index), spec: nodeSpec(service, index) }),
      ),
      put('virtualRouters', { virtualRouterName: `router-${service}`, spec: { listeners: listeners(service) } }),
    ]),
    all.flatMap((service) =>
      range(routesPerService).map((index) =>
        put(`virtualRouter/router-${service}/routes`, { routeName: `route-${index}`, spec: routeSpec(service, index) }),
      ),
    ),
    all.map((service) =>
      put('virtualServices', {
        virtualServiceName: serviceName(service),
        spec: { provider: { virtualRouter: { virtualRouterName: `router-${service}` } } },
      }),
    ),
    [put('virtualNodes', { virtualNodeName: 'front', spec: { ...own, backends } })],
  ];
}

/** A kind of change: of which type the streams are told, and the requests that make it and take it back. */
export interface Change {
  readonly name: 'cluster' | 'route';
  readonly type: string;
  readonly there: Plain;
  readonly back: Plain;
}

const putNode = (hostname?: string): Plain => ({
  method: 'PUT',
  path: `${root}/virtualNodes/${nodeName(0, 0)}`,
  body: { spec: nodeSpec(0, 0, hostname) },
});
const putRoute = (first?: number): Plain => ({
  method: 'PUT',
  path: `${root}/virtualRouter/router-0/routes/route-0`,
  body: { spec: routeSpec(0, 0, first) },
});

export const changes: readonly Change[] = [
  {
    name: 'cluster',
    type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    there: putNode('service-0-version-9.bench.local'),
    back: putNode(),
  },
  {
    name: 'route',
    type: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    there: putRoute(20),
    back: putRoute(),
  },
];
