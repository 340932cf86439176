// What a route of a virtual router may say, beyond its shape.
import { describe, expect, test } from 'vitest';
import type { GrpcRoute, HttpRoute, HttpRouteMatch } from '#events/model/shapes.ts';
import type { Specs } from '#events/spec.ts';
import { create, having, listening, mesh, node, route, router } from './documents.ts';
import { given } from './given.ts';

const protocols = ['http', 'http2', 'grpc', 'tcp'] as const;
const action = { weightedTargets: [{ virtualNode: 'red', weight: 1 }] };
const seconds = { unit: 's', value: 5 } as const;

/** A route where the router and the node speak its protocol. */
function routed(protocol: (typeof protocols)[number], spec: Specs['route']) {
  const listener = `8080/${protocol}`;
  return given(mesh(), listening(node('red'), listener), listening(router('paint'), listener)).when(
    create(having(route('paint', 'all', 'red'), spec)),
  );
}
const http = (match: HttpRouteMatch, rest: Partial<HttpRoute> = {}) =>
  routed('http', { httpRoute: { match, action, ...rest } });
const grpc = (rest: Partial<GrpcRoute>) => routed('grpc', { grpcRoute: { match: {}, action, ...rest } });
const member = (path: string) => `spec.httpRoute.${path}`;

describe('a route', () => {
  test('has one protocol', () => {
    http({ prefix: '/' }).thenAccepted();
    routed('http', {}).thenInvalidAt('spec');
    given(mesh(), having(node('red'), {}), having(router('paint'), {}))
      .when(create(having(route('paint', 'all', 'red'), { httpRoute: { match: {}, action }, tcpRoute: { action } })))
      .thenInvalidAt('spec');
  });

  test('may match everything', () => {
    http({}).thenAccepted();
    grpc({}).thenAccepted();
    routed('tcp', { tcpRoute: { action } }).thenAccepted();
  });

  test('may have weights of more than 100 together, as App Mesh had', () => {
    const weightedTargets = [1, 2].map(() => ({ virtualNode: 'red', weight: 100 }));
    routed('tcp', { tcpRoute: { action: { weightedTargets } } }).thenAccepted();
  });
});

describe('the path that a route matches', () => {
  test('begins with a slash', () => {
    http({ prefix: '/a' }).thenAccepted();
    http({ prefix: 'a' }).thenInvalidAt(member('match.prefix'));
    http({ path: { exact: '/a' } }).thenAccepted();
    http({ path: { exact: 'a' } }).thenInvalidAt(member('match.path.exact'));
    routed('http2', { http2Route: { match: { prefix: 'a' }, action } }).thenInvalidAt('spec.http2Route.match.prefix');
  });

  test('is a prefix or a path, and the path exact or a regular expression', () => {
    http({ prefix: '/', path: { exact: '/' } }).thenInvalidAt(member('match'));
    http({ path: { exact: '/', regex: '/.*' } }).thenInvalidAt(member('match.path'));
    http({ path: {} }).thenInvalidAt(member('match.path'));
  });
});

describe('a regular expression', () => {
  const header = (regex: string) => http({ headers: [{ name: 'x' }, { name: 'y', match: { regex } }] });

  test.each([['/a/[^/]+'], ['(?i)/a'], [String.raw`\d+`], ['a{1000}'], ['/(a|b)*?']])('of RE2 may be %s', (regex) => {
    http({ path: { regex } }).thenAccepted();
    header(regex).thenAccepted();
  });

  test.each([
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    [String.raw`(a)\1`, 'invalid escape sequence: '],
    ['a(', 'missing closing )'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['a{1001}', 'invalid repeat count'],
    ['*', 'missing argument to repetition operator'],
  ])('may not be %s, and RE2 says why', (regex, why) => {
    const path = http({ path: { regex } });
    path.thenInvalidAt(member('match.path.regex'));
    const message = expect.stringContaining(why);
    path.thenRefused({ refused: 'invalid', faults: [{ path: member('match.path.regex'), message }] });
    header(regex).thenInvalidAt(member('match.headers[1].match.regex'));
    grpc({ match: { metadata: [{ name: 'x', match: { regex } }] } }).thenInvalidAt(
      'spec.grpcRoute.match.metadata[0].match.regex',
    );
  });
});

test('a range ends after its start', () => {
  const range = (start: number, end: number) => http({ headers: [{ name: 'x', match: { range: { start, end } } }] });
  range(-1, 0).thenAccepted();
  range(5, 5).thenInvalidAt(member('match.headers[0].match.range.end'));
  range(5, 4).thenInvalidAt(member('match.headers[0].match.range.end'));
});

test('a gRPC method is one of a service', () => {
  grpc({ match: { serviceName: 'shop.Orders', methodName: 'Add' } }).thenAccepted();
  grpc({ match: { serviceName: 'shop.Orders' } }).thenAccepted();
  grpc({ match: { methodName: 'Add' } }).thenInvalidAt('spec.grpcRoute.match.serviceName');
});

describe('a retry policy', () => {
  const policy = { maxRetries: 2, perRetryTimeout: seconds };
  const retried = (events: object) => http({ prefix: '/' }, { retryPolicy: { ...policy, ...events } });

  test('says what to retry on', () => {
    retried({ tcpRetryEvents: ['connection-error'] }).thenAccepted();
    retried({}).thenInvalidAt(member('retryPolicy'));
    grpc({ retryPolicy: { ...policy, grpcRetryEvents: ['unavailable'] } }).thenAccepted();
    grpc({ retryPolicy: policy }).thenInvalidAt('spec.grpcRoute.retryPolicy');
  });

  test('knows four events of HTTP', () => {
    const all = ['server-error', 'gateway-error', 'client-error', 'stream-error'];
    retried({ httpRetryEvents: all }).thenAccepted();
    retried({ httpRetryEvents: [...all, '5xx'] }).thenInvalidAt(member('retryPolicy.httpRetryEvents[4]'));
    grpc({ retryPolicy: { ...policy, httpRetryEvents: ['reset'] } }).thenInvalidAt(
      'spec.grpcRoute.retryPolicy.httpRetryEvents[0]',
    );
  });

  test('says how long a retry may last', () => {
    const events = { httpRetryEvents: ['server-error'] };
    retried({ ...events, perRetryTimeout: { value: 5 } }).thenInvalidAt(member('retryPolicy.perRetryTimeout.unit'));
  });

  test('may outlast the timeout of its route: that is advice of the guide, not a rule', () => {
    const retryPolicy = { maxRetries: 10, perRetryTimeout: seconds, httpRetryEvents: ['server-error'] };
    http({ prefix: '/' }, { retryPolicy, timeout: { perRequest: seconds } }).thenAccepted();
  });
});

test('a timeout is a number of a unit', () => {
  http({ prefix: '/' }, { timeout: { idle: seconds, perRequest: { unit: 'ms', value: 0 } } }).thenAccepted();
  http({ prefix: '/' }, { timeout: { idle: {} } }).thenInvalidAt(
    member('timeout.idle.unit'),
    member('timeout.idle.value'),
  );
  routed('tcp', { tcpRoute: { action, timeout: { idle: { value: 1 } } } }).thenInvalidAt(
    'spec.tcpRoute.timeout.idle.unit',
  );
});
