// Ports and protocols that must agree: of a route with its router and its targets, of a gateway route with its gateway
// and its service's provider, and of those with the routes that stand when their listeners change.
import { describe, expect, test } from 'vitest';
import type { PortProtocol } from '#events/model/shapes.ts';
import {
  create,
  type Document,
  gateway,
  gatewayRoute,
  having,
  listening,
  mesh,
  node,
  route,
  router,
  serviceOfNode,
  serviceOfRouter,
  update,
} from './documents.ts';
import { given } from './given.ts';

const red = node('red');
const paint = router('paint');
const front = gateway('front');
const members = { http: 'httpRoute', http2: 'http2Route', grpc: 'grpcRoute', tcp: 'tcpRoute' } as const;

interface Ports {
  readonly match?: number;
  readonly target?: number;
}

/** A route of `paint` to `red` under a protocol, with ports where given. */
function routeBy(protocol: PortProtocol, { match, target }: Ports = {}): Document<'route'> {
  const weighted = { virtualNode: 'red', weight: 1, ...(target && { port: target }) };
  const part = { match: match === undefined ? {} : { port: match }, action: { weightedTargets: [weighted] } };
  return having(route('paint', 'all', 'red'), { [members[protocol]]: part });
}

/** A gateway route of `front` to `red.local`. */
function doorBy(protocol: 'http' | 'http2' | 'grpc', { match, target }: Ports = {}): Document<'gatewayRoute'> {
  const to = { virtualService: { virtualServiceName: 'red.local' }, ...(target && { port: target }) };
  const part = { match: match === undefined ? {} : { port: match }, action: { target: to } };
  return having(gatewayRoute('front', 'door', 'red.local'), { [members[protocol]]: part });
}

const matchPort = (protocol: PortProtocol) => `spec.${members[protocol]}.match.port`;
const weightedTarget = (protocol: PortProtocol, member: string) =>
  `spec.${members[protocol]}.action.weightedTargets[0].${member}`;
const listed = (...names: readonly string[]) =>
  expect.stringContaining(
    `${names.length} Route(s) are missing port. Listing up to 5 route names: [${names.join(', ')}]`,
  );

describe('a route and its router', () => {
  const under = (...listeners: readonly string[]) => given(mesh(), having(red, {}), listening(paint, ...listeners));

  test.each<PortProtocol>(['http', 'http2', 'grpc', 'tcp'])('speak the same protocol: %s', (protocol) => {
    under(`80/${protocol}`)
      .when(create(routeBy(protocol)))
      .thenAccepted();
    const other = protocol === 'http' ? 'http2' : 'http';
    under(`80/${other}`)
      .when(create(routeBy(protocol)))
      .thenInvalidAt(`spec.${members[protocol]}`);
  });

  test('a route says which of several listeners it belongs to', () => {
    const { when } = under('80/http', '81/http', '90/grpc');
    when(create(routeBy('http'))).thenInvalidAt(matchPort('http'));
    when(create(routeBy('http', { match: 81 }))).thenAccepted();
    when(create(routeBy('grpc', { match: 90 }))).thenAccepted();
    when(create(routeBy('grpc', { match: 80 }))).thenInvalidAt('spec.grpcRoute');
    when(create(routeBy('http', { match: 82 }))).thenInvalidAt(matchPort('http'));
  });

  test('of one listener it may say it', () => {
    under('80/http')
      .when(create(routeBy('http', { match: 80 })))
      .thenAccepted();
    under('80/http')
      .when(create(routeBy('http', { match: 81 })))
      .thenInvalidAt(matchPort('http'));
  });

  test('a router without listeners takes any route', () => {
    under()
      .when(create(routeBy('grpc', { match: 7 })))
      .thenAccepted();
  });

  test('an update of the route is held to the same', () => {
    given(mesh(), having(red, {}), listening(paint, '80/http'), routeBy('http'))
      .when(update(routeBy('tcp')))
      .thenInvalidAt('spec.tcpRoute');
  });
});

describe('a route and the nodes that it sends to', () => {
  const to = (...listeners: readonly string[]) => given(mesh(), listening(red, ...listeners), having(paint, {}));

  test('speak the same protocol', () => {
    to('8080/grpc')
      .when(create(routeBy('grpc')))
      .thenAccepted();
    to('8080/http2')
      .when(create(routeBy('grpc')))
      .thenInvalidAt(weightedTarget('grpc', 'virtualNode'));
  });

  test('a target of several listeners is named by its port', () => {
    const { when } = to('8080/http', '8081/http', '9090/grpc');
    when(create(routeBy('http'))).thenInvalidAt(weightedTarget('http', 'port'));
    when(create(routeBy('http', { target: 8081 }))).thenAccepted();
    when(create(routeBy('http', { target: 8082 }))).thenInvalidAt(weightedTarget('http', 'port'));
    when(create(routeBy('http', { target: 9090 }))).thenInvalidAt(weightedTarget('http', 'virtualNode'));
  });

  test('a target that does not listen may be named', () => {
    given(mesh(), having(red, {}), having(paint, {}))
      .when(create(routeBy('http', { target: 1 })))
      .thenAccepted();
  });

  test('with its router and a target that is not there, all faults come at once', () => {
    given(mesh(), listening(paint, '80/http', '81/http'))
      .when(create(routeBy('http')))
      .thenInvalidAt(weightedTarget('http', 'virtualNode'), matchPort('http'));
  });
});

describe('a gateway route and its gateway', () => {
  const behind = (...listeners: readonly string[]) =>
    given(mesh(), red, serviceOfNode('red.local', 'red'), listening(front, ...listeners));

  test('speak the same protocol, whatever the service behind speaks', () => {
    behind('80/grpc')
      .when(create(doorBy('grpc')))
      .thenAccepted();
    behind('80/http')
      .when(create(doorBy('grpc')))
      .thenInvalidAt('spec.grpcRoute');
  });

  test('a gateway route says which of several listeners it belongs to', () => {
    const { when } = behind('80/http', '81/http2');
    when(create(doorBy('http2'))).thenInvalidAt(matchPort('http2'));
    when(create(doorBy('http2', { match: 81 }))).thenAccepted();
    when(create(doorBy('http2', { match: 80 }))).thenInvalidAt('spec.http2Route');
    when(create(doorBy('http2', { match: 82 }))).thenInvalidAt(matchPort('http2'));
  });
});

describe('a gateway route and its service', () => {
  const port = 'spec.httpRoute.action.target.port';

  test.each([
    ['a node', listening(red, '8080/http', '8081/grpc'), serviceOfNode('red.local', 'red')],
    ['a router', listening(paint, '8080/http', '8081/grpc'), serviceOfRouter('red.local', 'paint')],
  ])('names a port of %s with several listeners', (_what, provider, service) => {
    const { when } = given(mesh(), provider, service, listening(front, '80/http'));
    when(create(doorBy('http'))).thenInvalidAt(port);
    when(create(doorBy('http', { target: 8081 }))).thenAccepted();
    when(create(doorBy('http', { target: 80 }))).thenInvalidAt(port);
  });

  test('need no port where one listener is there, or none', () => {
    given(mesh(), red, serviceOfNode('red.local', 'red'), front)
      .when(create(doorBy('http')))
      .thenAccepted();
    const bare = having(serviceOfNode('red.local', 'red'), {});
    given(mesh(), bare, front)
      .when(create(doorBy('http', { target: 1 })))
      .thenAccepted();
  });
});

describe('what stands behind a gateway route', () => {
  test.each([
    ['a node', red, serviceOfNode('red.local', 'red'), 'Virtual Node'],
    ['a router', paint, serviceOfRouter('red.local', 'paint'), 'Virtual Router'],
  ])('%s gets another listener once the gateway route says which one it means', (_what, provider, service, whose) => {
    const two = update(listening<'virtualNode' | 'virtualRouter'>(provider, '8080/http', '8081/http'));
    const message = expect.stringContaining(
      `All Gateway Routes to this ${whose} must define a target port before adding multiple listeners to it. 1 Gateway Route(s)`,
    );
    given(mesh(), provider, service, front, doorBy('http'))
      .when(two)
      .thenRefused({ refused: 'invalid', faults: [{ path: 'spec.listeners', message }] });
    given(mesh(), provider, service, front, doorBy('http', { target: 8080 }))
      .when(two)
      .thenAccepted();
    given(mesh(), provider, service, front).when(two).thenAccepted();
  });
});

test('a service turns to a provider with several listeners once its gateway routes name a port', () => {
  const blue = listening(node('blue'), '8080/http', '8081/http');
  const turn = update(serviceOfNode('red.local', 'blue'));
  const before = [mesh(), red, blue, serviceOfNode('red.local', 'red'), front] as const;
  given(...before, doorBy('http'))
    .when(turn)
    .thenInvalidAt('spec.provider');
  given(...before, doorBy('http', { target: 8080 }))
    .when(turn)
    .thenAccepted();
});

describe('a router or gateway in use', () => {
  test('gets another listener once its routes say which one they mean', () => {
    const two = update(listening(paint, '8080/http', '8081/grpc'));
    const portless = given(mesh(), red, paint, route('paint', 'a', 'red'), route('paint', 'b', 'red')).when(two);
    portless.thenInvalidAt('spec.listeners');
    portless.thenRefused({ refused: 'invalid', faults: [{ path: 'spec.listeners', message: listed('a', 'b') }] });
    given(mesh(), red, paint, routeBy('http', { match: 8080 }))
      .when(two)
      .thenAccepted();
  });

  test('keeps the listeners that its routes mean', () => {
    const { when } = given(mesh(), red, paint, routeBy('http', { match: 8080 }));
    when(update(listening(paint, '8080/http2'))).thenInvalidAt('spec.listeners');
    when(update(listening(paint, '8081/http'))).thenInvalidAt('spec.listeners');
    when(update(having(paint, {}))).thenAccepted();
  });

  test('and so does a gateway', () => {
    const service = serviceOfNode('red.local', 'red');
    const { when } = given(mesh(), red, service, front, doorBy('http'));
    when(update(listening(front, '80/http'))).thenAccepted();
    when(update(listening(front, '80/http', '81/http'))).thenInvalidAt('spec.listeners');
    when(update(listening(front, '80/grpc'))).thenInvalidAt('spec.listeners');
    given(mesh(), red, service, front, doorBy('http', { match: 8080 }))
      .when(update(listening(front, '8080/http', '81/http')))
      .thenAccepted();
  });
});

describe('a node in use', () => {
  test('gets another listener once its routes say which one they mean', () => {
    const two = update(listening(red, '8080/http', '8081/http'));
    const portless = given(mesh(), red, node('blue'), paint, route('paint', 'all', 'red', 'blue')).when(two);
    portless.thenInvalidAt('spec.listeners');
    portless.thenRefused({ refused: 'invalid', faults: [{ path: 'spec.listeners', message: listed('all') }] });
    given(mesh(), red, paint, routeBy('http', { target: 8080 }))
      .when(two)
      .thenAccepted();
    given(mesh(), red, node('blue'), paint, route('paint', 'all', 'blue'))
      .when(two)
      .thenAccepted();
  });

  test('may change its port and protocol', () => {
    given(mesh(), red, paint, route('paint', 'all', 'red'))
      .when(update(listening(red, '9090/grpc')))
      .thenAccepted();
  });
});
