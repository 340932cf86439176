// The variables of quotas and of throttling: off unless given, and named when they are wrong.
import { expect, test } from 'vitest';
import { readConfiguration } from './configuration.ts';

function read(env: Readonly<Record<string, string>>) {
  const configuration = readConfiguration(env);
  return 'refused' in configuration ? expect.fail(configuration.refused.join('\n')) : configuration;
}
const refused = (env: Readonly<Record<string, string>>) => {
  const configuration = readConfiguration(env);
  return 'refused' in configuration ? configuration.refused : [];
};

test('there are no quotas and no throttling unless they are asked for', () => {
  const { quotas, throttle } = read({ HEDDLE_QUOTA_MESHES_PER_ACCOUNT: '0', HEDDLE_THROTTLE_RATE: '0' });
  expect({ quotas, throttle }).toEqual({ quotas: {}, throttle: undefined });
  expect(read({}).quotas).toEqual({});
});

test('each quota has its variable', () => {
  const { quotas } = read({
    HEDDLE_QUOTA_MESHES_PER_ACCOUNT: '1',
    HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESH: '2',
    HEDDLE_QUOTA_VIRTUAL_ROUTERS_PER_MESH: '3',
    HEDDLE_QUOTA_VIRTUAL_SERVICES_PER_MESH: '4',
    HEDDLE_QUOTA_VIRTUAL_GATEWAYS_PER_MESH: '5',
    HEDDLE_QUOTA_ROUTES_PER_VIRTUAL_ROUTER: '6',
    HEDDLE_QUOTA_GATEWAY_ROUTES_PER_VIRTUAL_GATEWAY: '7',
    HEDDLE_QUOTA_BACKENDS_PER_VIRTUAL_NODE: '8',
    HEDDLE_QUOTA_WEIGHTED_TARGETS_PER_ROUTE: '9',
  });
  expect(quotas).toEqual({
    meshesPerAccount: 1,
    virtualNodesPerMesh: 2,
    virtualRoutersPerMesh: 3,
    virtualServicesPerMesh: 4,
    virtualGatewaysPerMesh: 5,
    routesPerVirtualRouter: 6,
    gatewayRoutesPerVirtualGateway: 7,
    backendsPerVirtualNode: 8,
    weightedTargetsPerRoute: 9,
  });
});

test('the burst is a second of the rate unless it is given', () => {
  expect(read({ HEDDLE_THROTTLE_RATE: '2.5' }).throttle).toEqual({ rate: 2.5, burst: 3 });
  expect(read({ HEDDLE_THROTTLE_RATE: '0.1' }).throttle).toEqual({ rate: 0.1, burst: 1 });
  expect(read({ HEDDLE_THROTTLE_RATE: '5', HEDDLE_THROTTLE_BURST: '50' }).throttle).toEqual({ rate: 5, burst: 50 });
});

test('a wrong value is named', () => {
  expect(refused({ HEDDLE_QUOTA_MESHES_PER_ACCOUNT: 'many', HEDDLE_THROTTLE_RATE: '-1' })).toEqual([
    "HEDDLE_QUOTA_MESHES_PER_ACCOUNT: 'many' is not a whole number, or 0 for no quota",
    "HEDDLE_THROTTLE_RATE: '-1' is not a number of calls a second, or 0 for no throttling",
  ]);
  expect(refused({ HEDDLE_THROTTLE_RATE: '1', HEDDLE_THROTTLE_BURST: '0' })).toEqual([
    "HEDDLE_THROTTLE_BURST: '0' is not a whole number of calls, at least 1",
  ]);
  expect(refused({ HEDDLE_THROTTLE_BURST: '3' })).toEqual([
    'HEDDLE_THROTTLE_BURST: throttling needs HEDDLE_THROTTLE_RATE',
  ]);
});
