// The variables that turn App Mesh's quotas off; without them a deployed function keeps App Mesh's numbers.

const quotas = [
  'MESHES_PER_ACCOUNT',
  'VIRTUAL_NODES_PER_MESH',
  'VIRTUAL_ROUTERS_PER_MESH',
  'VIRTUAL_SERVICES_PER_MESH',
  'VIRTUAL_GATEWAYS_PER_MESH',
  'ROUTES_PER_VIRTUAL_ROUTER',
  'GATEWAY_ROUTES_PER_VIRTUAL_GATEWAY',
  'BACKENDS_PER_VIRTUAL_NODE',
  'WEIGHTED_TARGETS_PER_ROUTE',
];

export const quotaEnvironment = (chosen: 'app-mesh' | 'none'): Readonly<Record<string, string>> =>
  chosen === 'none' ? Object.fromEntries(quotas.map((quota) => [`HEDDLE_QUOTA_${quota}`, '0'])) : {};
