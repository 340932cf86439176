// The variables of a deployed function: what is missing or wrong is named, and quotas are App Mesh's unless others are given.
import { expect, test } from 'vitest';
import { appMeshQuotas } from '#events/quotas.ts';
import { readEnvironment, required } from './environment.ts';

const good = {
  HEDDLE_STORE: 'dynamodb:heddle',
  HEDDLE_SNAPSHOT_BUCKET: 'bucket',
  HEDDLE_ACCOUNT: '111111111111',
  AWS_REGION: 'eu-central-1',
};

test('names the tables, the bucket and the account, with App Mesh’s quotas', () => {
  expect(readEnvironment(good)).toEqual({
    account: '111111111111',
    region: 'eu-central-1',
    store: { logTable: 'heddle', viewsTable: 'heddle-views', bucket: 'bucket' },
    quotas: { ...appMeshQuotas, bytesPerSpec: 256 * 1024 },
    logLevel: 'info',
  });
});

test('names the role that reads in other accounts, if there is one', () => {
  const named = { ...good, HEDDLE_READER_ROLE: 'heddle-reader' };
  expect(readEnvironment(named).reader).toEqual({ roleName: 'heddle-reader' });
  expect(readEnvironment({ ...named, HEDDLE_READER_EXTERNAL_ID: 'x' }).reader).toEqual({
    roleName: 'heddle-reader',
    externalId: 'x',
  });
});

test('a quota of its own takes the place of App Mesh’s, 0 is none', () => {
  const { quotas } = readEnvironment({
    ...good,
    HEDDLE_QUOTA_MESHES_PER_ACCOUNT: '0',
    HEDDLE_QUOTA_VIRTUAL_NODES_PER_MESH: '5',
  });
  expect(quotas).not.toHaveProperty('meshesPerAccount');
  expect(quotas.virtualNodesPerMesh).toBe(5);
});

test.each([
  [{ HEDDLE_STORE: undefined }, 'HEDDLE_STORE'],
  [{ HEDDLE_STORE: 'sqlite' }, 'HEDDLE_STORE'],
  [{ HEDDLE_SNAPSHOT_BUCKET: ' ' }, 'HEDDLE_SNAPSHOT_BUCKET'],
  [{ HEDDLE_ACCOUNT: '12' }, 'HEDDLE_ACCOUNT'],
  [{ AWS_REGION: '' }, 'AWS_REGION'],
  [{ HEDDLE_QUOTA_MESHES_PER_ACCOUNT: 'many' }, 'HEDDLE_QUOTA_MESHES_PER_ACCOUNT'],
])('is refused with %j', (wrong, named) => {
  expect(() => readEnvironment({ ...good, ...wrong })).toThrow(named);
});

test('a variable of one function alone is asked for by its name', () => {
  expect(() => required({}, 'HEDDLE_TOKEN_KEY')).toThrow('HEDDLE_TOKEN_KEY');
});
