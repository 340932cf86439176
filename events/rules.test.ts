// The rules on one document that shapes cannot say: names, one protocol a route, paths that begin with a slash.
import { describe, expect, test } from 'vitest';
import type { Kind } from './names.ts';
import { faultsOf } from './rules.ts';
import type { Spec } from './spec.ts';

const paths = (kind: Kind, name: string, spec: Spec): readonly string[] =>
  faultsOf({ kind, name, ...(kind === 'route' || kind === 'gatewayRoute' ? { parent: 'p' } : {}) }, spec).map(
    ({ path, message }) => {
      expect(message).toContain(path);
      return path;
    },
  );
const action = { weightedTargets: [{ virtualNode: 'red', weight: 1 }] };
const target = { target: { virtualService: { virtualServiceName: 'red.local' } } };

describe('a name', () => {
  test.each(['a', 'A-1_b', 'x'.repeat(255)])('may be %s', (name) => {
    expect(paths('virtualNode', name, {})).toEqual([]);
  });

  test.each(['', 'a.b', 'a/b', 'a b', 'ä', 'a\n', '../x'])('of a node may not be %j', (name) => {
    expect(paths('virtualNode', name, {})).toEqual(['virtualNodeName']);
  });

  test.each(['red', 'red.apps.local', 'bücher.example', '10.0.0.1', '*.local'])(
    'of a service may be %s, as any host name',
    (name) => expect(paths('virtualService', name, {})).toEqual([]),
  );

  test.each(['', 'a/b', 'a b', 'a\tb', 'x'.repeat(256)])('of a service may not be %j', (name) => {
    expect(paths('virtualService', name, {})).toEqual(['virtualServiceName']);
  });
});

describe('a route', () => {
  test('has exactly one protocol', () => {
    const http = { match: { prefix: '/' }, action };
    expect(paths('route', 'r', { httpRoute: http })).toEqual([]);
    expect(paths('route', 'r', {})).toEqual(['spec']);
    expect(paths('route', 'r', { httpRoute: http, tcpRoute: { action } })).toEqual(['spec']);
  });

  test('matches paths that begin with a slash', () => {
    expect(paths('route', 'r', { httpRoute: { match: { prefix: 'a' }, action } })).toEqual([
      'spec.httpRoute.match.prefix',
    ]);
    expect(paths('route', 'r', { http2Route: { match: { path: { exact: 'a' } }, action } })).toEqual([
      'spec.http2Route.match.path.exact',
    ]);
    expect(paths('route', 'r', { http2Route: { match: { path: { regex: 'a.*' } }, action } })).toEqual([]);
  });
});

describe('a gateway route', () => {
  test('has exactly one protocol', () => {
    expect(paths('gatewayRoute', 'g', { grpcRoute: { match: {}, action: target } })).toEqual([]);
    expect(paths('gatewayRoute', 'g', { priority: 3 })).toEqual(['spec']);
  });

  test('matches paths that begin with a slash', () => {
    expect(paths('gatewayRoute', 'g', { httpRoute: { match: { prefix: 'a' }, action: target } })).toEqual([
      'spec.httpRoute.match.prefix',
    ]);
  });

  test.each(['/aws-appmesh', '/aws-app-mesh/x'])('may not take the prefix %s, which App Mesh reserves', (prefix) => {
    expect(paths('gatewayRoute', 'g', { http2Route: { match: { prefix }, action: target } })).toEqual([
      'spec.http2Route.match.prefix',
    ]);
    expect(paths('route', 'r', { http2Route: { match: { prefix }, action } })).toEqual([]);
  });

  test.each(['aws.appmesh', 'aws.app-mesh.Foo'])(
    'may not take the service %s, which App Mesh reserves',
    (serviceName) => {
      expect(paths('gatewayRoute', 'g', { grpcRoute: { match: { serviceName }, action: target } })).toEqual([
        'spec.grpcRoute.match.serviceName',
      ]);
    },
  );
});
