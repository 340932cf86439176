// The variables: quotas and throttling are off unless given, and whatever is wrong is named.
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

test('Cloud Map is the embedded one unless AWS’s is asked for, with a role for other accounts', () => {
  expect(read({}).cloudMap).toBe('embedded');
  expect(read({ HEDDLE_CLOUD_MAP: 'aws' }).cloudMap).toEqual({ account: '000000000000' });
  const reader = { HEDDLE_READER_ROLE: 'heddle-reader', HEDDLE_READER_EXTERNAL_ID: 'x' };
  expect(read({ HEDDLE_CLOUD_MAP: 'aws', HEDDLE_AWS_ACCOUNT: '111122223333', ...reader }).cloudMap).toEqual({
    account: '111122223333',
    reader: { roleName: 'heddle-reader', externalId: 'x' },
  });
  expect(refused({ HEDDLE_CLOUD_MAP: 'dns', HEDDLE_AWS_ACCOUNT: 'mine', HEDDLE_READER_ROLE: 'a/b' })).toEqual([
    "HEDDLE_CLOUD_MAP: 'dns' is not a source of endpoints (embedded or aws)",
    "HEDDLE_AWS_ACCOUNT: 'mine' is not an account",
    "HEDDLE_READER_ROLE: 'a/b' is not the name of a role",
  ]);
  expect(refused({ HEDDLE_READER_EXTERNAL_ID: 'x' })).toEqual([
    'HEDDLE_READER_EXTERNAL_ID: it is for the role that HEDDLE_READER_ROLE names',
  ]);
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

test('times of certificates are such as can be waited for', () => {
  expect(read({ HEDDLE_CERTIFICATE_SWEEP: '7d', HEDDLE_CERTIFICATE_OVERLAP: '90s' }).certificates).toMatchObject({
    sweepInterval: 604_800_000,
    overlap: 90_000,
  });
  // A timer of more than 24 days would run all the time.
  expect(refused({ HEDDLE_CERTIFICATE_SWEEP: '30d', HEDDLE_CERTIFICATE_OVERLAP: '0s' })).toEqual([
    "HEDDLE_CERTIFICATE_OVERLAP: '0s' is not a time such as 30s, 12h or 7d, of 7d at most",
    "HEDDLE_CERTIFICATE_SWEEP: '30d' is not a time such as 30s, 12h or 7d, of 7d at most",
  ]);
  expect(refused({ HEDDLE_NODE_CERTIFICATE_VALIDITY: '9999d' })).toEqual([
    "HEDDLE_NODE_CERTIFICATE_VALIDITY: '9999d' is not a time such as 30s, 12h or 7d, of 3650d at most",
  ]);
});

test('what is for certificates of ACM is refused without them', () => {
  const ofAcm = { HEDDLE_SEALING_KEY: 'k', HEDDLE_NODE_CERTIFICATE_TEMPLATE: 'Own/V1' };
  expect(read({ ...ofAcm, HEDDLE_CERTIFICATES: 'aws' }).certificates.from).toMatchObject({ template: 'Own/V1' });
  expect(refused(ofAcm)).toEqual([
    'HEDDLE_SEALING_KEY: it is for HEDDLE_CERTIFICATES=aws',
    'HEDDLE_NODE_CERTIFICATE_TEMPLATE: it is for HEDDLE_CERTIFICATES=aws',
  ]);
  expect(refused({ HEDDLE_CERTIFICATES: 'aws', HEDDLE_NODE_CERTIFICATE_TEMPLATE: 'arn:x' })).toEqual([
    'HEDDLE_SEALING_KEY: certificates of ACM are sealed with a key of KMS, whose id or ARN this is',
    "HEDDLE_NODE_CERTIFICATE_TEMPLATE: 'arn:x' is not a template such as EndEntityCertificate/V1",
  ]);
});

test('what is not of this release is refused, not left aside', () => {
  expect(refused({ HEDDLE_STORE: 'dynamodb:x' })).toEqual([
    "HEDDLE_STORE: 'dynamodb:x' is neither sqlite nor dynamodb:TABLE",
  ]);
});

test('a store in DynamoDB is two tables and a bucket, and bounds the size of a spec', () => {
  const { store, quotas } = read({ HEDDLE_STORE: 'dynamodb:heddle', HEDDLE_SNAPSHOT_BUCKET: 'b' });
  expect(store).toEqual({ logTable: 'heddle', viewsTable: 'heddle-views', bucket: 'b' });
  expect(quotas).toEqual({ bytesPerSpec: 262_144 });
  expect(read({ HEDDLE_DATA_DIR: '/data' }).store).toEqual({ file: '/data/heddle.db' });
  expect(refused({ HEDDLE_STORE: 'dynamodb:heddle' })).toEqual([
    'HEDDLE_SNAPSHOT_BUCKET: a store in DynamoDB needs a bucket for its snapshots',
  ]);
});

test('TLS has files or a certificate of its own', () => {
  expect(read({ HEDDLE_XDS_TLS: 'self-signed' }).xdsTls).toBe('self-signed');
  expect(refused({ HEDDLE_XDS_TLS: 'yes', HEDDLE_XDS_TLS_CERT: '/c' })).toEqual([
    "HEDDLE_XDS_TLS: 'yes' is not self-signed",
    'HEDDLE_XDS_TLS: there are files for TLS beside it',
  ]);
});

test.each([
  ['HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESHES', 'HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESH'],
  ['HEDDLE_THROTTLE_RATES', 'HEDDLE_THROTTLE_RATE'],
  ['HEDDLE_THROTTLE_BRUST', 'HEDDLE_THROTTLE_BURST'],
  ['HEDDLE_API_ADDRESS', 'HEDDLE_API_ADDR'],
  ['HEDDLE_API_ADR', 'HEDDLE_API_ADDR'],
  ['HEDDLE_XDS_TLS_CRT', 'HEDDLE_XDS_TLS_CERT'],
  ['HEDDLE_DATADIR', 'HEDDLE_DATA_DIR'],
  ['HEDDLE_LOG_LEVELS', 'HEDDLE_LOG_LEVEL'],
])('%s is no variable', (name, meant) => {
  expect(refused({ [name]: '1' })).toEqual([`${name}: there is no such variable; is ${meant} meant?`]);
});

test('what is no quota, and no part of throttling, is told what there is', () => {
  const [quota = '', throttle] = refused({ HEDDLE_QUOTA_NODES: '1', HEDDLE_THROTTLE_LIMIT: '1' });
  expect(quota).toMatch(/^HEDDLE_QUOTA_NODES: there is no such variable; there are HEDDLE_QUOTA_MESHES_PER_ACCOUNT, /);
  expect(throttle).toBe(
    'HEDDLE_THROTTLE_LIMIT: there is no such variable; there are HEDDLE_THROTTLE_RATE, HEDDLE_THROTTLE_BURST',
  );
});

test('what others name after a Heddle is left alone', () => {
  read({
    HEDDLE_ENDPOINT: 'http://127.0.0.1:1',
    HEDDLE_XDS_ENDPOINT: '127.0.0.1:1',
    HEDDLE_ENVOY: '/envoy',
    HEDDLE_SERVICE_HOST: '10.0.0.1',
    HEDDLE_PORT: 'tcp://10.0.0.1:8080',
    HEDDLE_STORE_SERVICE_PORT: '8080',
    HEDDLE_PORT_8080_TCP_ADDR: '10.0.0.1',
  });
});

test.each<[Readonly<Record<string, string>>, string | undefined]>([
  [{ HEDDLE_XDS_ADDR: '127.0.0.1:8080' }, "HEDDLE_XDS_ADDR: '127.0.0.1:8080' is taken by HEDDLE_API_ADDR by default"],
  [{ HEDDLE_API_ADDR: '127.0.0.1:9910' }, "HEDDLE_API_ADDR: '127.0.0.1:9910' is taken by HEDDLE_ADMIN_ADDR by default"],
  [{ HEDDLE_API_ADDR: '127.0.0.1:18000' }, "HEDDLE_API_ADDR: '127.0.0.1:18000' is taken by HEDDLE_XDS_ADDR by default"],
  [
    { HEDDLE_API_ADDR: 'localhost:1', HEDDLE_XDS_ADDR: 'unix:/x, 0.0.0.0:1' },
    "HEDDLE_XDS_ADDR: '0.0.0.0:1' is taken by HEDDLE_API_ADDR (localhost:1)",
  ],
  [{ HEDDLE_XDS_ADDR: 'unix:/x,unix:/x' }, "HEDDLE_XDS_ADDR: 'unix:/x' is taken by HEDDLE_XDS_ADDR"],
  [{ HEDDLE_API_ADDR: '127.0.0.1:0', HEDDLE_XDS_ADDR: '127.0.0.1:0', HEDDLE_ADMIN_ADDR: '127.0.0.1:0' }, undefined],
  [{ HEDDLE_API_ADDR: '127.0.0.2:1', HEDDLE_XDS_ADDR: '127.0.0.1:1,[::1]:1' }, undefined],
])('an address is listened on once: %j', (env, told) => {
  expect(refused(env)).toEqual(told === undefined ? [] : [told]);
});

test('the log is as talkative as it is asked to be', () => {
  expect(read({}).logLevel).toBe('info');
  expect(read({ HEDDLE_LOG_LEVEL: 'debug' }).logLevel).toBe('debug');
  expect(refused({ HEDDLE_LOG_LEVEL: 'loud' })).toEqual([
    "HEDDLE_LOG_LEVEL: 'loud' is not one of trace, debug, info, warn, error",
  ]);
});
