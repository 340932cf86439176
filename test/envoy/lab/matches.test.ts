// Each way to match a request, with requests that hit and requests that miss, through a real Envoy.
import { beforeAll, describe, expect, it } from 'vitest';
import { envoyPath } from '../../setup/tools.ts';
import { type Seen, startHttp, startHttp2 } from '../fixture/application.ts';
import { type Question, request, requestHttp2 } from '../fixture/request.ts';
import { useStage } from '../fixture/stage.ts';
import { client, node, routed } from './documents.ts';
import { type PlacedEnvoy, startPlaced } from './placed.ts';

type Asked = Pick<Question, 'path' | 'method' | 'headers'>;
interface Case {
  readonly match: object;
  readonly hits: readonly Asked[];
  readonly misses: readonly Asked[];
}

const path = (...paths: readonly string[]): readonly Asked[] => paths.map((one) => ({ path: one }));
const version = (...values: readonly string[]): readonly Asked[] =>
  values.map((value) => ({ headers: { version: value } }));
const header = (match: object | undefined, invert = false) => ({
  prefix: '/',
  headers: [{ name: 'Version', ...(match && { match }), invert }],
});

const metadata = (match: object | undefined, invert = false) => ({
  metadata: [{ name: 'version', ...(match && { match }), invert }],
});

const cases: Readonly<Record<string, Case>> = {
  prefix: {
    match: { prefix: '/a' },
    hits: path('/a', '/a/b', '/ab', '/a?b', '/x/../a', '//a//b'),
    misses: path('/', '/b/a', '/A'),
  },
  'exact-path': {
    match: { path: { exact: '/a/b' } },
    hits: path('/a/b', '/a/b?c', '/a//b'),
    misses: path('/a/b/', '/a/bc', '/a'),
  },
  'regex-path': {
    match: { path: { regex: '/a/[0-9]{2}(/.*)?' } },
    hits: path('/a/12', '/a/12/b/c', '/a/12?x=/'),
    misses: path('/a/1', '/a/123', '/b/a/12', '/a/12b'),
  },
  method: {
    match: { prefix: '/', method: 'DELETE' },
    hits: [{ method: 'DELETE' }],
    misses: [{ method: 'GET' }, { method: 'POST' }],
  },
  ...Object.fromEntries(
    ['HEAD', 'PUT', 'OPTIONS', 'PATCH', 'TRACE', 'POST', 'GET'].map((method) => [
      `method-${method}`,
      { match: { prefix: '/', method }, hits: [{ method }], misses: [{ method: 'DELETE' }] },
    ]),
  ),
  scheme: {
    match: { prefix: '/', scheme: 'https' },
    hits: [{ headers: { 'x-forwarded-proto': 'https' } }],
    misses: [{}, { headers: { 'x-forwarded-proto': 'http' } }],
  },
  'header-exact': { match: header({ exact: 'v1' }), hits: version('v1'), misses: [{}, ...version('v2', 'v11', 'V1')] },
  'header-prefix': { match: header({ prefix: 'v1' }), hits: version('v1', 'v1.2'), misses: [{}, ...version('xv1')] },
  'header-suffix': { match: header({ suffix: '.2' }), hits: version('v1.2', '.2'), misses: [{}, ...version('v1.20')] },
  'header-regex': {
    match: header({ regex: 'v[0-9]+' }),
    hits: version('v1', 'v12'),
    misses: [{}, ...version('v', 'xv1', 'v1x')],
  },
  'header-range': {
    match: header({ range: { start: -5, end: 10 } }),
    hits: version('-5', '0', '9'),
    misses: [{}, ...version('10', '-6', 'v1', '9.5')],
  },
  'header-present': { match: header(undefined), hits: version('v1', 'x'), misses: [{}] },
  'header-absent': { match: header(undefined, true), hits: [{}], misses: version('v1', 'x') },
  // As App Mesh's Envoys had it: the opposite is asked of a header that is there.
  'header-other': { match: header({ exact: 'v1' }, true), hits: version('v2'), misses: [{}, ...version('v1')] },
  // The name stands for `:authority`.
  'header-host': {
    match: { prefix: '/', headers: [{ name: 'Host', match: { exact: 'header-host:9080' } }] },
    hits: [{ headers: { host: 'header-host:9080' } }],
    misses: [{}],
  },
  'headers-all': {
    match: { prefix: '/', headers: [{ name: 'a', match: { exact: '1' } }, { name: 'b' }] },
    hits: [{ headers: { a: '1', b: '2' } }],
    misses: [{ headers: { a: '1' } }, { headers: { a: '2', b: '2' } }],
  },
  'query-exact': {
    match: { prefix: '/', queryParameters: [{ name: 'q', match: { exact: '1' } }] },
    hits: path('/?q=1', '/x?a=b&q=1'),
    misses: path('/', '/?q=2', '/?q', '/?p=1'),
  },
  'query-present': {
    match: { prefix: '/', queryParameters: [{ name: 'q' }] },
    hits: path('/?q', '/?q=7'),
    misses: path('/', '/?qq=1'),
  },
};

const grpcCases: Readonly<Record<string, Case>> = {
  'grpc-service': {
    match: { serviceName: 'shop.Cart' },
    hits: path('/shop.Cart/Add', '/shop.Cart/List'),
    misses: path('/shop.CartX/Add', '/Cart/Add'),
  },
  'grpc-method': {
    match: { serviceName: 'shop.Cart', methodName: 'Add' },
    hits: path('/shop.Cart/Add'),
    misses: path('/shop.Cart/AddAll', '/shop.Cart/List', '/shop.Other/Add'),
  },
  'grpc-method-of-any': {
    match: { methodName: 'Add' },
    hits: path('/shop.Cart/Add', '/x/Add'),
    misses: path('/shop.Cart/AddAll', '/a/b/Add'),
  },
  'metadata-exact': { match: metadata({ exact: 'v1' }), hits: version('v1'), misses: [{}, ...version('v11')] },
  'metadata-suffix': { match: metadata({ suffix: '.2' }), hits: version('v1.2'), misses: [{}, ...version('v1.20')] },
  'metadata-regex': { match: metadata({ regex: 'v[0-9]+' }), hits: version('v12'), misses: [{}, ...version('v1x')] },
  'metadata-range': {
    match: metadata({ range: { start: 1, end: 10 } }),
    hits: version('1', '9'),
    misses: [{}, ...version('0', '10')],
  },
  'metadata-present': { match: metadata(undefined), hits: version('x'), misses: [{}] },
  'metadata-other': { match: metadata({ exact: 'v1' }, true), hits: version('v2'), misses: version('v1') },
  'grpc-metadata': {
    match: {
      metadata: [
        { name: 'version', match: { prefix: 'v1' } },
        { name: 'debug', invert: true },
      ],
    },
    hits: version('v1', 'v1.1'),
    misses: [...version('v2'), { headers: { version: 'v1', debug: 'yes' } }],
  },
};

describe.skipIf(envoyPath() === undefined)('a match', () => {
  const stage = useStage();
  let envoy: PlacedEnvoy;

  beforeAll(async () => {
    const services = { ...cases, ...grpcCases };
    const documents = Object.entries(services).flatMap(([name, { match }]) => {
      const grpc = name in grpcCases;
      const [hit, miss] = grpc ? ['hit2', 'miss2'] : ['hit', 'miss'];
      // A route without priority comes last, however specific it is.
      const all = grpc ? {} : { prefix: '/' };
      const routes = { asked: { match, to: { [hit]: 1 }, priority: 0 }, rest: { match: all, to: { [miss]: 1 } } };
      return routed(name, routes, grpc ? 'grpc' : 'http');
    });
    const nodes = [
      node('hit', await startHttp(stage, 'hit')),
      node('miss', await startHttp(stage, 'miss')),
      node('hit2', await startHttp2(stage, 'hit'), 'grpc'),
      node('miss2', await startHttp2(stage, 'miss'), 'grpc'),
    ];
    envoy = await startPlaced(
      stage,
      [...nodes, ...documents, client('front', Object.keys(services))],
      'virtualNode/front',
    );
  });

  const requests = (): Promise<number> => envoy.count(/^cluster\.cds_egress_m_hit_http_\d+\.upstream_rq_total$/);
  async function taker(name: string, asked: Asked): Promise<string> {
    const ask = name in grpcCases ? requestHttp2 : request;
    const headers = { host: name, ...asked.headers };
    const before = await requests();
    const { status, body } = await ask({ host: envoy.address, port: envoy.egressPort, ...asked, headers });
    expect(status, body).toBe(200);
    // An answer to HEAD has no body.
    if (asked.method === 'HEAD') return (await requests()) > before ? 'hit' : 'miss';
    return (JSON.parse(body) as Seen).name;
  }

  describe.each(Object.entries({ ...cases, ...grpcCases }))('by %s', (name, { hits, misses }) => {
    it.each(hits.map((asked) => [JSON.stringify(asked), asked] as const))('hits %s', async (_text, asked) => {
      expect(await taker(name, asked)).toBe('hit');
    });
    it.each(misses.map((asked) => [JSON.stringify(asked), asked] as const))('misses %s', async (_text, asked) => {
      expect(await taker(name, asked)).toBe('miss');
    });
  });
});
