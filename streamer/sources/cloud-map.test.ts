// What Cloud Map is asked, in its own words, and what is said of an answer that holds as many as it can.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CloudMap, cloudMap } from './cloud-map.ts';

const query = { account: '111111111111', namespaceName: 'shop', serviceName: 'color', attributes: {} };
let asked: { readonly operation: string; readonly host: string; readonly members: unknown }[];
let found: readonly object[];
let reader: CloudMap;
let stop: () => void;

beforeEach(async () => {
  asked = [];
  found = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace(/.*\./, '');
      asked.push({ operation, host: request.headers.host ?? '', members: JSON.parse(body) });
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ Instances: found, InstancesRevision: 7 }));
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  reader = cloudMap({ account: query.account, region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` });
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => {
  reader.close();
  stop();
  vi.unstubAllEnvs();
});

test('attributes are the query, health is looked at here, and an answer is as long as can be', async () => {
  expect(await reader.revision(query)).toBe(7);
  await reader.discover({ ...query, attributes: { stage: 'live' } });
  await reader.discover(query);
  const named = { NamespaceName: 'shop', ServiceName: 'color' };
  const all = { ...named, MaxResults: 1000, HealthStatus: 'ALL' };
  expect(asked.map(({ operation, members }) => [operation, members])).toEqual([
    ['DiscoverInstancesRevision', named],
    ['DiscoverInstances', { ...all, QueryParameters: { stage: 'live' } }],
    ['DiscoverInstances', all],
  ]);
  // No prefix stands before the host of an endpoint that is given.
  for (const { host } of asked) expect(host).toMatch(/^127\.0\.0\.1:/);
});

test('of as many as one answer holds it is said that there may be more', async () => {
  const instance = (_: unknown, index: number) => ({
    InstanceId: `i-${index}`,
    Attributes: {},
    HealthStatus: 'UNKNOWN',
  });
  found = Array.from({ length: 999 }, instance);
  expect(await reader.discover(query)).not.toHaveProperty('cut');
  found = Array.from({ length: 1000 }, instance);
  expect(await reader.discover(query)).toMatchObject({ cut: 1000, revision: 7 });
});
