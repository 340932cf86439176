// What is asked of a server: making, describing, listing and updating virtual nodes in a mesh of a hundred.
import type { Plain } from './signed-request.ts';

const meshes = '/v20190125/meshes';
const spec = (index: number) => ({
  listeners: [{ portMapping: { port: 8080 + (index % 10), protocol: 'http' } }],
  serviceDiscovery: { dns: { hostname: `node-${index}.local` } },
  backends: [{ virtualService: { virtualServiceName: 'color.local' } }],
});

export const makeMesh = (meshName: string): Plain => ({ method: 'PUT', path: meshes, body: { meshName } });

/** Makes the node of this number; `prefix` begins the names of what other calls leave alone. */
export const makeNode = (meshName: string, index: number, prefix = 'node'): Plain => ({
  method: 'PUT',
  path: `${meshes}/${meshName}/virtualNodes`,
  body: { virtualNodeName: `${prefix}-${index}`, spec: spec(index) },
});

export const describeNode = (meshName: string, index: number): Plain => ({
  method: 'GET',
  path: `${meshes}/${meshName}/virtualNodes/node-${index}`,
});

/** How many nodes the mesh has that is described, listed and updated. */
export const nodes = 100;

/** The request of each operation, by its number in the load; nodes are made in a mesh of their own, called `made`. */
export const operations = {
  create: (index: number, round: string): Plain => makeNode('made', index, round),
  describe: (index: number): Plain => describeNode('bench', index % nodes),
  list: (): Plain => ({ method: 'GET', path: `${meshes}/bench/virtualNodes`, query: { limit: '100' } }),
  update: (index: number): Plain => ({
    method: 'PUT',
    path: `${meshes}/bench/virtualNodes/node-${index % nodes}`,
    body: { spec: spec(index) },
  }),
} as const;
