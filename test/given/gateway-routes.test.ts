// What a gateway route may say, beyond its shape.
import { describe, test } from 'vitest';
import type { HttpGatewayRouteMatch, HttpGatewayRouteRewrite } from '#events/model/shapes.ts';
import type { Specs } from '#events/spec.ts';
import { create, gateway, gatewayRoute, having, listening, mesh, node, serviceOfNode } from './documents.ts';
import { given } from './given.ts';

const target = { virtualService: { virtualServiceName: 'red.local' } };
const routed = (protocol: 'http' | 'grpc', spec: Specs['gatewayRoute']) =>
  given(mesh(), node('red'), serviceOfNode('red.local', 'red'), listening(gateway('front'), `80/${protocol}`)).when(
    create(having(gatewayRoute('front', 'door', 'red.local'), spec)),
  );
const http = (match: HttpGatewayRouteMatch, rewrite?: HttpGatewayRouteRewrite) =>
  routed('http', { httpRoute: { match, action: { target, ...(rewrite && { rewrite }) } } });
const member = (path: string) => `spec.httpRoute.${path}`;

test('a gateway route has one protocol', () => {
  http({ prefix: '/' }).thenAccepted();
  routed('http', {}).thenInvalidAt('spec');
  routed('http', { priority: 3 }).thenInvalidAt('spec');
});

describe('a gateway route matches', () => {
  test('a path that begins with a slash, as a prefix or in full', () => {
    http({ path: { exact: '/a' } }).thenAccepted();
    http({ prefix: 'a' }).thenInvalidAt(member('match.prefix'));
    http({ prefix: '/', path: { regex: '/.*' } }).thenInvalidAt(member('match'));
    http({ path: { regex: '(?<!a)b' } }).thenInvalidAt(member('match.path.regex'));
  });

  test('every request when it says nothing', () => http({}).thenAccepted());

  test('a host name in full or by its end', () => {
    http({ hostname: { exact: 'shop.example' } }).thenAccepted();
    http({ hostname: { suffix: '.example' } }).thenAccepted();
    http({ hostname: {} }).thenInvalidAt(member('match.hostname'));
    http({ hostname: { exact: 'shop.example', suffix: '.example' } }).thenInvalidAt(member('match.hostname'));
    routed('grpc', { grpcRoute: { match: { hostname: {} }, action: { target } } }).thenInvalidAt(
      'spec.grpcRoute.match.hostname',
    );
  });

  test('headers and metadata by what RE2 reads, in ranges that hold something', () => {
    http({ headers: [{ name: 'x', match: { regex: 'a)' } }] }).thenInvalidAt(member('match.headers[0].match.regex'));
    const metadata = [{ name: 'x', match: { range: { start: 1, end: 1 } } }];
    routed('grpc', { grpcRoute: { match: { metadata }, action: { target } } }).thenInvalidAt(
      'spec.grpcRoute.match.metadata[0].match.range.end',
    );
  });

  test.each(['/aws-appmesh', '/aws-app-mesh', '/aws-appmesh-x', '/aws-app-mesh/x'])(
    'not the prefix %s, which App Mesh reserves',
    (prefix) => http({ prefix }).thenInvalidAt(member('match.prefix')),
  );

  test.each(['aws.appmesh', 'aws.app-mesh', 'aws.appmesh.Foo'])(
    'not the service %s, which App Mesh reserves',
    (serviceName) =>
      routed('grpc', { grpcRoute: { match: { serviceName }, action: { target } } }).thenInvalidAt(
        'spec.grpcRoute.match.serviceName',
      ),
  );

  test('what only looks reserved', () => {
    http({ prefix: '/aws' }).thenAccepted();
    http({ prefix: '/x/aws-appmesh' }).thenAccepted();
    routed('grpc', { grpcRoute: { match: { serviceName: 'aws.mesh' }, action: { target } } }).thenAccepted();
  });
});

describe('a gateway route rewrites', () => {
  const path = (rest: string) => member(`action.rewrite${rest}`);

  test('a prefix where a prefix is matched, or nothing', () => {
    http({ prefix: '/a/' }, { prefix: { value: '/b/' } }).thenAccepted();
    http({ prefix: '/a' }, { prefix: { defaultPrefix: 'DISABLED' } }).thenAccepted();
    http({}, { prefix: { value: '/b' } }).thenAccepted();
    http({ path: { exact: '/a' } }, { prefix: { value: '/b' } }).thenInvalidAt(path('.prefix'));
  });

  test('a path where a path is matched, or nothing', () => {
    http({ path: { exact: '/a' } }, { path: { exact: '/b' } }).thenAccepted();
    http({ path: { regex: '/a.*' } }, { path: { exact: '/b' } }).thenAccepted();
    http({}, { path: { exact: '/b' } }).thenAccepted();
    http({ prefix: '/a' }, { path: { exact: '/b' } }).thenInvalidAt(path('.path'));
  });

  test('one of the two', () => {
    http({}, { path: { exact: '/b' }, prefix: { value: '/b' } }).thenInvalidAt(path(''));
  });

  test('by default or to a value that begins with a slash', () => {
    http({ prefix: '/' }, { prefix: { value: '/b', defaultPrefix: 'ENABLED' } }).thenInvalidAt(path('.prefix'));
    http({ prefix: '/' }, { prefix: { value: 'b' } }).thenInvalidAt(path('.prefix.value'));
    http({ path: { exact: '/' } }, { path: { exact: 'b' } }).thenInvalidAt(path('.path.exact'));
  });

  test('the host name whatever is matched', () => {
    http({ path: { exact: '/' } }, { hostname: { defaultTargetHostname: 'DISABLED' } }).thenAccepted();
  });
});
